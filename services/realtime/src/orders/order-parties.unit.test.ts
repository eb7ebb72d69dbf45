import { role } from '@tiffin/contracts/claims';
import { parseEvent } from '@tiffin/contracts/event-catalogue';
import { describe, expect, it } from 'vitest';
import { anOrder, type TestOrder } from '../an-order.fixture.ts';
import { asOrderEvent } from '../pushes/push-table.ts';
import { afterEvent, hasEnded, mayWatch, type OrderParties, partiesOf, type Watcher } from './order-parties.ts';

const order = anOrder();
const { userId, ownerId, riderUserId, restaurantId } = order;
const parties: OrderParties = { userId, restaurantId, restaurantOwnerId: ownerId, riderUserId, complete: true };

const followed = (one: TestOrder): OrderParties => {
  let known: OrderParties = { complete: false };
  for (const stored of one.events) {
    const parsed = parseEvent(stored, () => 'bare');
    const event = parsed.ok && asOrderEvent(parsed.event);
    if (!event) throw new Error(stored.type);
    known = afterEvent(known, event);
  }
  return known;
};

describe('the right to watch', () => {
  const people = { userId, ownerId, riderUserId, stranger: 'somebody-else' };
  const allowed = new Set([`customer ${userId}`, `restaurant ${ownerId}`, `rider ${riderUserId}`]);

  it.each(role.options.flatMap((one) => Object.entries(people).map(([name, sub]) => [one, name, sub] as const)))(
    '%s under the name of %s',
    (one, _name, sub) => {
      const watcher: Watcher = { userId: sub, role: one, owns: () => false };
      expect(mayWatch(watcher, parties)).toBe(one === 'admin' || allowed.has(`${one} ${sub}`));
    },
  );

  it('is with whoever owns the restaurant, also when this node was not told the name of the owner', () => {
    const { restaurantOwnerId: _, ...unnamed } = parties;
    const owner: Watcher = { userId: 'another-name', role: 'restaurant', owns: (id) => id === restaurantId };
    expect(mayWatch(owner, unnamed)).toBe(true);
    expect(mayWatch({ ...owner, owns: () => false }, unnamed)).toBe(false);
  });

  it("is nobody's while nothing is known", () => {
    for (const one of ['customer', 'restaurant', 'rider'] as const) {
      expect(mayWatch({ userId, role: one, owns: () => false }, { complete: false })).toBe(false);
    }
  });
});

describe('the parties of an order', () => {
  it('gain the rider with the assignment and lose them with the release and the delivery', () => {
    const one = anOrder();
    one.next('ORDER_CREATED');
    one.next('ORDER_RIDER_ASSIGNED');
    expect(followed(one)).toMatchObject({ riderUserId: one.riderUserId, userId: one.userId, complete: true });
    one.next('ORDER_REFUND_FAILED');
    one.next('ORDER_PICKED_UP');
    expect(followed(one).riderUserId).toBe(one.riderUserId);
    one.next('ORDER_DELIVERED');
    expect(followed(one).riderUserId).toBeUndefined();
    expect(hasEnded(followed(one))).toBe(true);

    const other = anOrder();
    other.next('ORDER_RIDER_ASSIGNED');
    other.next('ORDER_RIDER_UNASSIGNED');
    expect(followed(other).riderUserId).toBeUndefined();
  });

  it('are not known whole to a node that came in the middle', () => {
    const one = anOrder();
    one.next('ORDER_CREATED');
    const late = one.next('ORDER_PLACED');
    one.events.splice(0, 1);
    expect(late.seq).toBe(2);
    expect(followed(one).complete).toBe(false);
  });

  it('have no rider on the way once the order is delivered, whatever its owner still remembers', () => {
    const one = anOrder();
    for (const type of ['ORDER_CREATED', 'ORDER_RIDER_ASSIGNED'] as const) one.next(type);
    expect(partiesOf(one.history()).riderUserId).toBe(one.riderUserId);
    one.next('ORDER_DELIVERED');
    expect(one.history().parties.riderUserId).toBe(one.riderUserId);
    expect(partiesOf(one.history()).riderUserId).toBeUndefined();
  });
});
