import { webhookReply } from '@tiffin/contracts/payment-api';
import { type Clock, SECOND } from '@tiffin/platform/clock';
import { ok, problem } from '@tiffin/platform/http/reply';
import { route } from '@tiffin/platform/http/route';
import type { Logger } from '@tiffin/platform/observability/logger';
import type { receiveWebhook } from './receive-webhook.ts';
import type { WebhookAnswer } from './webhook-metrics.ts';

const MOST_BYTES = 256 * 1024;
const LOG_EVERY_MS = 10 * SECOND;

export const webhookRoutes = ({
  receiveWebhook: receive,
  count,
  logger,
  now,
}: {
  receiveWebhook: ReturnType<typeof receiveWebhook>;
  /** Measures what became of each. */
  count: (answer: WebhookAnswer) => void;
  logger: Logger;
  now: Clock;
}) => {
  const refused = countRefusals(logger, now);
  return [
    route({
      method: 'post',
      path: '/api/v1/webhooks/razorpay',
      summary: 'Razorpay tells of payments and refunds; acknowledged once it is kept.',
      who: 'anyone',
      rawBody: { maxBytes: MOST_BYTES },
      replies: { 200: webhookReply },
      problems: ['bad_signature'],
      handle: async ({ rawBody, headers }) => {
        const { 'x-razorpay-signature': signature, 'x-razorpay-event-id': eventId } = headers;
        const received = await receive(rawBody, signature, eventId).catch((error: unknown) => {
          count('unavailable');
          throw error;
        });
        count(received.kind === 'bad-signature' ? 'bad_signature' : received.kind);
        switch (received.kind) {
          case 'bad-signature':
            refused();
            return problem('bad_signature', 'The body is not signed by the gateway.');
          case 'duplicate':
            return ok({ duplicate: true });
          case 'stored':
            return ok({});
        }
      },
    }),
  ];
};

// Anybody can send junk here; a line for each would let them fill the disk.
const countRefusals = (logger: Logger, now: Clock) => {
  let count = 0;
  let loggedAt = 0;
  return () => {
    count += 1;
    if (now().getTime() - loggedAt < LOG_EVERY_MS) return;
    loggedAt = now().getTime();
    logger.warn({ count }, 'webhooks without a right signature were refused');
    count = 0;
  };
};
