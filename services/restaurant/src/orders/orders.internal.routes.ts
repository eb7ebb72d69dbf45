import { orderId } from '@tiffin/contracts/ids';
import { bill, orderForWatchers } from '@tiffin/contracts/order-api';
import { ok, problem } from '@tiffin/platform/http/reply';
import { route } from '@tiffin/platform/http/route';
import * as z from 'zod';
import type { EtaNow } from './eta.ts';
import type { OrderStore } from './order.store.ts';
import { eventView, orderView } from './order.ts';

const byId = z.strictObject({ id: orderId });
const afterSeq = z.strictObject({
  after: z
    .string()
    .regex(/^[0-9]{1,9}$/, 'must be a whole number')
    .transform(Number)
    .default(0),
});

/** What the other services may ask of an order. */
export const internalOrderRoutes = ({ orders, etaNow }: { orders: OrderStore; etaNow: EtaNow }) => [
  route({
    method: 'get',
    path: '/api/v1/internal/orders/:id/bill',
    summary: 'What there is to pay, by whom, and for what.',
    who: 'service',
    params: byId,
    replies: { 200: bill },
    problems: ['not_found'],
    handle: async ({ params }) => {
      const stored = await orders.find(params.id);
      if (!stored) return problem('not_found', 'There is no such order.');
      const { userId, restaurantId, restaurantOwnerId, status, totalPaise, currency, expiresAt } = stored.state;
      const { items, subtotalPaise, deliveryFeePaise, platformFeePaise } = stored.state;
      return ok({
        orderId: params.id,
        userId,
        restaurantId,
        restaurantOwnerId,
        status,
        totalPaise,
        currency,
        ...(expiresAt === undefined ? {} : { expiresAt }),
        correlationId: stored.correlationId,
        items,
        subtotalPaise,
        deliveryFeePaise,
        platformFeePaise,
      });
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/internal/orders/:id',
    summary: 'An order, who may watch it, and its history after a number.',
    who: 'service',
    params: byId,
    query: afterSeq,
    replies: { 200: orderForWatchers },
    problems: ['not_found'],
    handle: async ({ params, query }) => {
      const stored = await orders.find(params.id);
      const history = stored && (await orders.history(params.id, query.after));
      if (!stored || !history) return problem('not_found', 'There is no such order.');
      const { userId, restaurantOwnerId, rider } = stored.state;
      // Read after the order: an event that came between the two reads would make the order older than its history.
      const events = history.filter((event) => event.seq <= stored.seq);
      return ok({
        order: orderView({ ...stored, id: params.id }, etaNow(stored.state)),
        parties: { userId, restaurantOwnerId, ...(rider ? { riderUserId: rider.riderUserId } : {}) },
        events: events.map((event) => ({
          ...eventView(event),
          correlationId: event.correlationId,
          causationId: event.causationId,
        })),
      });
    },
  }),
];
