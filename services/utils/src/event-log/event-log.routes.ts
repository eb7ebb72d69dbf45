import { envelope } from '@tiffin/contracts/envelope';
import { orderId } from '@tiffin/contracts/ids';
import { page, pageQuery } from '@tiffin/contracts/page';
import type { Cursors } from '@tiffin/platform/http/pagination';
import { ok, problem } from '@tiffin/platform/http/reply';
import { route } from '@tiffin/platform/http/route';
import * as z from 'zod';
import type { EventLog } from './logged-event.store.ts';

// A day alone means its midnight; the log keeps times as text with milliseconds, which sorts as time does.
const moment = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })])
  .transform((text) => new Date(text))
  .refine((at) => !Number.isNaN(at.getTime()), 'must be a date or a time')
  .transform((at) => at.toISOString());

const query = pageQuery.extend({
  type: z
    .string()
    .regex(/^[A-Z][A-Z_]{2,63}$/)
    .optional(),
  orderId: orderId.optional(),
  correlationId: z.string().max(128).optional(),
  from: moment.optional(),
  to: moment.optional(),
});
const position = z.strictObject({ timestamp: z.string(), seq: z.int(), id: z.string() });

export const eventLogRoutes = ({ eventLog, cursors }: { eventLog: EventLog; cursors: Cursors }) => [
  route({
    method: 'get',
    path: '/admin/events',
    summary: 'The event log, oldest first.',
    who: ['admin'],
    query,
    replies: { 200: page(envelope) },
    handle: async ({ query: { limit, cursor, orderId: subject, ...filter } }) => {
      const after = cursor === undefined ? undefined : cursors.decode(cursor, position);
      if (cursor !== undefined && !after) return problem('invalid_request', 'The cursor is not one of ours.');
      const found = await eventLog.list({ ...filter, subject }, after, limit + 1);
      const items = found.slice(0, limit);
      const last = found.length > limit ? items.at(-1) : undefined;
      return ok({
        items,
        nextCursor: last ? cursors.encode({ timestamp: last.timestamp, seq: last.seq ?? 0, id: last.id }) : null,
      });
    },
  }),
];
