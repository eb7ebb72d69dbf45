import { point } from '@tiffin/contracts/geo';
import { order } from '@tiffin/contracts/order-api';
import { pushes } from '@tiffin/contracts/pushes';
import { instant } from '@tiffin/contracts/time';
import * as z from 'zod';

const missed = z.discriminatedUnion('event', [
  z.object({ event: z.literal('order:new'), payload: pushes['order:new'] }),
  z.object({ event: z.literal('order:update'), payload: pushes['order:update'] }),
  z.object({ event: z.literal('order:rider_assigned'), payload: pushes['order:rider_assigned'] }),
]);

/** What the server acknowledges `order:watch {orderId, since}` with: exactly the pushes after `since`, or the order as it is. */
export const watchAnswer = z.union([
  z.object({
    ok: z.literal(true),
    seq: z.int(),
    events: z.array(missed).optional(),
    snapshot: order.optional(),
    location: z.object({ location: point, at: instant, seq: z.int() }).optional(),
  }),
  z.object({ ok: z.literal(false), code: z.string() }),
]);
export type WatchAnswer = z.infer<typeof watchAnswer>;
