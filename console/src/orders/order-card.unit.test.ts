import fc from 'fast-check';
import { expect, it } from 'vitest';
import { merged, type OrderCard } from './order-card.ts';

const card = (seq: number, more: Partial<OrderCard> = {}): OrderCard => ({
  ...{ id: 'o1', seq, status: 'placed', paymentStatus: 'paid', since: seq * 1_000 },
  ...more,
});

it('takes the higher seq and keeps what the news does not say', () => {
  const known = card(2, { restaurantName: 'Dosa House', totalPaise: 24_500 });
  const news = card(3, { status: 'accepted' });
  expect(merged(known, news)).toMatchObject({ status: 'accepted', restaurantName: 'Dosa House', seq: 3, since: 3_000 });
  expect(merged(news, known)).toMatchObject({ status: 'accepted', restaurantName: 'Dosa House', seq: 3, since: 3_000 });
});

it('ends at the newest state in whatever order news of an order comes', () => {
  const states = [
    'placed',
    'accepted',
    'preparing',
    'ready_for_rider',
    'rider_assigned',
    'picked_up',
    'delivered',
  ] as const;
  const news = states.map((status, index) => card(index + 1, { status }));
  fc.assert(
    fc.property(fc.shuffledSubarray(news, { minLength: 1 }), (shuffled) => {
      const [last] = shuffled.toSorted((one, other) => other.seq - one.seq);
      const end = shuffled.reduce<OrderCard | undefined>(merged, undefined);
      expect(end).toMatchObject({ seq: last?.seq, status: last?.status });
    }),
  );
});

it('forgets the rider of an order that looks for one again', () => {
  const assigned = card(5, { status: 'rider_assigned', riderId: 'r1', riderName: 'Asha' });
  const again = merged(assigned, card(6, { status: 'ready_for_rider' }));
  expect(again.riderId).toBeUndefined();
  expect(again.riderName).toBeUndefined();
});

it('counts the time in a state from when the order came into it', () => {
  const first = card(2, { status: 'preparing' });
  expect(merged(first, card(3, { status: 'preparing' })).since).toBe(first.since);
});
