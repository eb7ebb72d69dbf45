import * as z from 'zod';
import { closedReason } from './delivery-events.ts';
import { point } from './geo.ts';
import { orderId, riderId } from './ids.ts';
import { eta, order, orderStatus, paymentStatus } from './order-api.ts';
import { offer, reportLocations } from './rider-api.ts';
import { instant } from './time.ts';

const orderPush = { orderId, seq: z.int(), type: z.string(), at: instant };

/** What the server pushes, by event name. */
export const pushes = {
  'order:new': z.object({ ...orderPush, order }),
  'order:update': z.looseObject({ ...orderPush, status: orderStatus, paymentStatus, eta: eta.optional() }),
  'order:rider_assigned': z.object({
    ...orderPush,
    riderId,
    riderName: z.string(),
    riderPhone: z.string().optional(),
    eta: eta.optional(),
  }),
  'order:available': offer,
  'order:offer_closed': z.object({ orderId, offerId: z.string(), reason: closedReason }),
  'rider:location': z.object({ orderId, location: point, at: instant, seq: z.int(), stale: z.boolean() }),
  /** To operations alone: a city's positions in few messages, each rider's newest. */
  'riders:locations': z.object({
    points: z.array(
      z.object({
        ...{ riderId, riderUserId: z.string(), orderId: orderId.optional() },
        ...{ location: point, at: instant, seq: z.int(), stale: z.boolean() },
      }),
    ),
  }),
  'auth:expiring': z.object({ expiresAt: instant }),
  'server:drain': z.object({ retryInMs: z.int() }),
} as const;
export type PushName = keyof typeof pushes;
export type Push = { [N in PushName]: { event: N; payload: z.infer<(typeof pushes)[N]> } }[PushName];

export const isPushName = (name: string): name is PushName => Object.hasOwn(pushes, name);

/** Who may hear: a person, a restaurant, those who watch an order, operations. */
export const room = z.string().regex(/^(?:user:[A-Za-z0-9_-]{1,64}|(?:restaurant|order):[a-f0-9]{24}|ops)$/);

/** `POST /api/v1/internal/emit`. The event and the room are checked against the grammar; the payload goes out as it came. */
export const emit = z.strictObject({
  event: z.string().refine(isPushName, 'is not an event the server pushes'),
  room,
  payload: z.unknown(),
  eventId: z.string().min(1).max(128).optional(),
});
export const emitReply = z.object({ delivered: z.int() });

/** What a client may send; each with an acknowledgement `{ok, …}` or `{ok:false, code}`. */
export const requests = {
  'order:watch': z.strictObject({ orderId, since: z.int().min(0).optional() }),
  'order:unwatch': z.strictObject({ orderId }),
  'auth:refresh': z.strictObject({ token: z.string().max(8192) }),
  'rider:location': reportLocations,
} as const;

export const handshakeAuth = z.object({ token: z.string().max(8192) });
