import { envelope } from '@tiffin/contracts/envelope';
import { orderEvents, orderReply } from '@tiffin/contracts/order-api';
import { page } from '@tiffin/contracts/page';
import { paymentReply } from '@tiffin/contracts/payment-api';
import { decisionList, deliveryInFull } from '@tiffin/contracts/rider-api';
import type * as z from 'zod';
import type { Answer, Doors } from '../doors/doors.ts';

const log = page(envelope);

const DELIVERY_BEGUN: ReadonlySet<string> = new Set(['DELIVERY_OFFERED', 'RIDER_ASSIGNED', 'DELIVERY_ESCALATED']);

/**
 * Everything the services say of one order, each from the one that owns it. A payment and a delivery are asked for once an event tells that
 * they are there: before that the answer is known.
 */
export const readStory = async (doors: Doors, id: string) => {
  const [order, own, logged] = await Promise.all([
    doors.ask({ part: 'restaurant', path: `/api/v1/orders/${id}` }, orderReply),
    doors.ask({ part: 'restaurant', path: `/api/v1/orders/${id}/events` }, orderEvents),
    correlated(doors, id),
  ]);
  const types = logged.kind === 'answered' ? logged.body.items.map(({ type }) => type) : [];
  const isPaid = types.some((type) => type.startsWith('PAYMENT_'));
  const isSearched = types.some((type) => DELIVERY_BEGUN.has(type));
  const [payment, trip, decisions] = await Promise.all([
    isPaid ? doors.ask({ part: 'utils', path: `/api/v1/payments/${id}` }, paymentReply) : undefined,
    isSearched ? doors.ask({ part: 'rider', path: `/api/v1/deliveries/${id}` }, deliveryInFull) : undefined,
    isSearched ? doors.ask({ part: 'rider', path: `/api/v1/deliveries/${id}/decisions` }, decisionList) : undefined,
  ]);
  return { order, own, logged, payment, trip, decisions };
};
export type Story = Awaited<ReturnType<typeof readStory>>;

/** The order's events, payment and delivery share one correlation: the log is asked for the order, and then for its correlation. */
const correlated = async (doors: Doors, id: string): Promise<Answer<z.infer<typeof log>>> => {
  const first = await doors.ask({ part: 'utils', path: `/admin/events?orderId=${id}&limit=1` }, log);
  if (first.kind !== 'answered') return first;
  const correlationId = first.body.items[0]?.correlationId;
  if (correlationId === undefined) return first;
  return await doors.ask(
    { part: 'utils', path: `/admin/events?correlationId=${encodeURIComponent(correlationId)}&limit=100` },
    log,
  );
};
