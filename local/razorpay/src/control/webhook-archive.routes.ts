import { Router } from 'express';
import { z } from 'zod';
import { sendOutcome, sendRefusal } from '../http/serve-endpoint.ts';
import { plainRefusal } from '../refusal.ts';
import type { replayWebhooks } from '../webhooks/replay-webhooks.ts';
import type { WebhookArchive } from '../webhooks/webhook-archive.ts';
import { parse } from './parse.ts';

const DEFAULT_PAGE = 50;
const LONGEST_PAGE = 500;
const MOST_IDS = 1000;

const eventId = z.string().regex(/^[A-Za-z0-9]{14}$/);

const pageSchema = z.strictObject({
  cursor: eventId.optional(),
  limit: z
    .string()
    .regex(/^\d{1,4}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(LONGEST_PAGE))
    .default(DEFAULT_PAGE),
  event: z.string().optional(),
  orderId: z.string().optional(),
  acknowledged: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
});

const replaySchema = z
  .strictObject({
    ids: z.array(eventId).min(1).max(MOST_IDS).optional(),
    unacknowledged: z.literal(true).optional(),
    force: z.boolean().default(false),
  })
  .refine(({ ids, unacknowledged }) => (ids === undefined) !== (unacknowledged === undefined), {
    message: 'Name the events as "ids", or ask for "unacknowledged": true.',
  });

/** `/_control/webhooks`: the raw webhook store, its exact bytes, and their replay. */
export const webhookArchiveRoutes = ({
  archive,
  replay,
}: {
  archive: WebhookArchive;
  replay: ReturnType<typeof replayWebhooks>;
}) => {
  const router = Router();

  router.get('/', (request, response) => {
    const filter = parse(pageSchema, request.query, response);
    if (filter === undefined) return;
    const { cursor, limit, event, orderId, acknowledged } = filter;
    response.json(archive.page({ cursor, limit, event, orderId, acknowledged }));
  });

  router.get('/:id', (request, response) => {
    const { id } = request.params;
    const body = archive.body(id);
    if (body === undefined) {
      sendRefusal(response, plainRefusal(404, 'No webhook has this id.'));
      return;
    }
    response.set({ 'content-type': 'application/json', 'x-razorpay-event-id': id }).send(Buffer.from(body, 'utf8'));
  });

  router.post('/replay', (request, response) => {
    const asked = parse(replaySchema, request.body, response);
    if (asked !== undefined) sendOutcome(response, replay(asked));
  });

  return router;
};
