import { type OrderView, order } from '@tiffin/contracts/order-api';
import { pushes } from '@tiffin/contracts/pushes';
import { describe, expect, it } from 'vitest';
import { followOrder, type OrderPush } from './follow-order.ts';

const ID = 'a'.repeat(24);
const PLACE = { type: 'Point', coordinates: [77.59, 12.96] };
const AT = '2026-11-01T10:00:05.000Z';

const anOrder = (change: object = {}): OrderView =>
  order.parse({
    _id: ID,
    userId: 'play-customer-1',
    restaurantId: 'b'.repeat(24),
    restaurantName: 'The Play Kitchen',
    items: [{ itemId: 'c'.repeat(24), name: 'Masala dosa', pricePaise: 12_000, quantity: 1 }],
    subtotalPaise: 12_000,
    deliveryFeePaise: 4_900,
    platformFeePaise: 700,
    totalPaise: 17_600,
    currency: 'INR',
    deliveryAddress: { formattedAddress: 'A street', phone: '+91 98450 12345', location: PLACE },
    pickup: PLACE,
    status: 'placed',
    paymentStatus: 'paid',
    seq: 2,
    createdAt: '2026-11-01T10:00:00.000Z',
    updatedAt: '2026-11-01T10:00:00.000Z',
    ...change,
  });

const anUpdate = (seq: number, change: object): OrderPush => ({
  event: 'order:update',
  payload: pushes['order:update'].parse({ orderId: ID, seq, at: AT, paymentStatus: 'paid', ...change }),
});
const assigned: OrderPush = {
  event: 'order:rider_assigned',
  payload: pushes['order:rider_assigned'].parse({
    orderId: ID,
    seq: 3,
    type: 'ORDER_RIDER_ASSIGNED',
    at: AT,
    riderId: 'd'.repeat(24),
    riderName: 'Asha',
  }),
};

describe('following an order', () => {
  it('takes the state, the payment and the promise of the next push', () => {
    const readyBy = '2026-11-01T10:10:00.000Z';
    expect(
      followOrder(anOrder(), anUpdate(3, { type: 'ORDER_ACCEPTED', status: 'accepted', prepMinutes: 10, readyBy })),
    ).toEqual({ kind: 'applied', order: anOrder({ status: 'accepted', readyBy, seq: 3, updatedAt: AT }) });
  });

  it('passes over what it has heard already', () => {
    expect(followOrder(anOrder(), anUpdate(2, { type: 'ORDER_PLACED', status: 'placed' }))).toEqual({ kind: 'known' });
  });

  it('notices that a push was lost', () => {
    expect(followOrder(anOrder(), anUpdate(4, { type: 'ORDER_PREPARING', status: 'preparing' }))).toEqual({
      kind: 'missed',
    });
  });

  it('learns who the rider is, and forgets it when the rider gives the delivery back', () => {
    const ready = anOrder({ status: 'ready_for_rider' });
    const withRider = followOrder(ready, assigned);
    expect(withRider).toMatchObject({ kind: 'applied', order: { status: 'rider_assigned', riderName: 'Asha' } });
    if (withRider.kind !== 'applied') return;
    const without = followOrder(
      withRider.order,
      anUpdate(4, { type: 'ORDER_RIDER_UNASSIGNED', status: 'ready_for_rider', riderId: 'd'.repeat(24) }),
    );
    expect(without).toEqual({ kind: 'applied', order: { ...ready, seq: 4, updatedAt: AT } });
  });

  it('takes the whole order where the kitchen hears of it', () => {
    const known = anOrder({ status: 'pending_payment', paymentStatus: 'pending', seq: 1 });
    const push: OrderPush = {
      event: 'order:new',
      payload: pushes['order:new'].parse({ orderId: ID, seq: 2, type: 'ORDER_PLACED', at: AT, order: anOrder() }),
    };
    expect(followOrder(known, push)).toEqual({ kind: 'applied', order: anOrder({ updatedAt: AT }) });
  });
});
