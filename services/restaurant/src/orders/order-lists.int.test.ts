import { userId } from '@tiffin/contracts/claims';
import { restaurantId } from '@tiffin/contracts/ids';
import { type OrderStatus, orderList } from '@tiffin/contracts/order-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Doors, openDoors } from '../doors.fixture.ts';

describe('lists of orders', () => {
  let doors: Doors;
  beforeAll(async () => {
    doors = await openDoors('order-lists');
  });
  afterAll(() => doors.close());

  const listed = async (query: string) => (await doors.readAll(`/orders?${query}`, orderList)).map(({ _id }) => _id);
  /** Orders of a kitchen of their own, two at each moment, newest first. */
  const ordersOf = async (kitchen: string, statuses: readonly OrderStatus[]) => {
    const made: { id: string; status: OrderStatus; moment: Date }[] = [];
    for (const [number, status] of statuses.entries()) {
      if (number % 2 === 0) doors.pass(1);
      const of = { restaurantId: restaurantId.parse(kitchen), userId: userId.parse(`customer-of-${kitchen}`) };
      made.push({ id: await doors.anOrder(status, of), status, moment: doors.now() });
    }
    const later = (one: (typeof made)[number], other: (typeof made)[number]) =>
      other.moment.getTime() - one.moment.getTime() || (other.id < one.id ? -1 : 1);
    return made.toSorted(later);
  };

  it('show an admin everybody’s orders, newest first, without a hole or a repeat while orders are added', async () => {
    const own = await ordersOf('3'.repeat(24), ['placed', 'accepted', 'delivered', 'placed', 'ready_for_rider']);
    const others = await ordersOf('4'.repeat(24), ['picked_up', 'cancelled', 'placed', 'rejected']);
    const before = [...others, ...own].map(({ id }) => id);

    const added: string[] = [];
    const found = await doors.readAll('/orders?limit=2', orderList, async () => {
      added.push(await doors.anOrder('placed')); // at the very moment of the newest
      doors.pass(1);
      added.push(await doors.anOrder('placed'));
    });
    const ids = found.map(({ _id }) => _id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => before.includes(id))).toEqual(before);
    expect(await listed('limit=100')).toEqual(expect.arrayContaining([...added, ...before]));
  });

  it('take several statuses, each order where it belongs in time', async () => {
    const kitchen = '5'.repeat(24);
    const made = await ordersOf(kitchen, [
      'placed',
      'delivered',
      'accepted',
      'placed',
      'cancelled',
      'accepted',
      'placed',
    ]);
    const wanted = made.filter(({ status }) => status === 'placed' || status === 'accepted').map(({ id }) => id);
    const since = new Date(Math.min(...made.map(({ moment }) => moment.getTime())) - 1).toISOString();
    const of = `status=accepted,placed,accepted&orderedAfter=${since}`;
    for (const limit of [1, 2, 100]) {
      expect(await listed(`${of}&limit=${limit}`)).toEqual(wanted);
      expect(await listed(`${of}&limit=${limit}&restaurantId=${kitchen}`)).toEqual(wanted);
    }
    const asCustomer = await doors.get('customer', '/orders?status=accepted,placed', `customer-of-${kitchen}`);
    expect(orderList.parse(asCustomer.body).items.map(({ _id }) => _id)).toEqual(wanted);
  });

  it('find an order once, also when it goes on to its next status between two pages', async () => {
    const made = await ordersOf('6'.repeat(24), ['placed', 'placed', 'placed', 'accepted', 'accepted', 'placed']);
    const since = new Date(Math.min(...made.map(({ moment }) => moment.getTime())) - 1).toISOString();
    const waiting = made.filter(({ status }) => status === 'placed');
    const found = await doors.readAll(
      `/orders?status=placed,accepted&limit=1&orderedAfter=${since}`,
      orderList,
      async () => {
        const next = waiting.pop();
        const change = (state: Parameters<Parameters<Doors['orders']['change']>[1]>[0]) =>
          ({ kind: 'changed', state: { ...state, status: 'accepted' }, events: [] }) as const;
        if (next) await doors.orders.change(next.id, change, { causationId: null });
      },
    );
    expect(found.map(({ _id }) => _id)).toEqual(made.map(({ id }) => id));
  });

  it('begin after a moment, which itself is left out', async () => {
    const made = await ordersOf('7'.repeat(24), ['placed', 'placed', 'placed', 'placed']);
    const [newest, second, third] = made;
    if (!newest || !second || !third) throw new Error('no orders');
    expect(await listed(`limit=1&orderedAfter=${third.moment.toISOString()}`)).toEqual([newest.id, second.id]);
    expect(await listed(`orderedAfter=${newest.moment.toISOString()}`)).toEqual([]);
  });

  it.each([
    'status=nonsense',
    'status=placed,nonsense',
    'status=placed,',
    'status=',
    'status=placed accepted',
    'orderedAfter=yesterday',
    'cursor=x',
    'limit=101',
  ])('refuse %s', async (query) => {
    for (const role of ['customer', 'restaurant', 'admin'] as const)
      expect(await doors.get(role, `/orders?${query}`)).toMatchObject({
        status: 400,
        body: { code: 'invalid_request' },
      });
  });

  it('are not there for riders, and nobody but an admin sees another’s', async () => {
    await ordersOf('8'.repeat(24), ['placed']);
    expect((await doors.get('rider', '/orders')).status).toBe(403);
    for (const role of ['customer', 'restaurant'] as const) {
      const theirs = await doors.get(role, `/orders?restaurantId=${'8'.repeat(24)}`, 'somebody-else');
      expect(theirs).toMatchObject({ status: 200, body: { items: [], nextCursor: null } });
    }
  });

  it('are answered by an index in the order of time, from the first page to the last', async () => {
    const made = await ordersOf('9'.repeat(24), ['placed', 'accepted', 'placed', 'accepted']);
    const kitchen = `restaurantId=${'9'.repeat(24)}`;
    const { nextCursor } = orderList.parse((await doors.get('admin', '/orders?limit=2')).body);
    for (const [query, index] of [
      ['limit=2', '{ createdAt: -1, _id: -1 }'],
      [`limit=2&cursor=${nextCursor}`, '{ createdAt: -1, _id: -1 }'],
      [`orderedAfter=${made.at(-1)?.moment.toISOString()}`, '{ createdAt: -1, _id: -1 }'],
      ['status=placed', '{ state.status: 1, createdAt: -1, _id: -1 }'],
      ['status=placed,accepted', '{ state.status: 1, createdAt: -1, _id: -1 }'],
      [kitchen, '{ state.restaurantId: 1, createdAt: -1, _id: -1 }'],
      [`${kitchen}&status=placed,accepted`, '{ state.restaurantId: 1, createdAt: -1, _id: -1 }'],
    ]) {
      const plans = await doors.plansOf('orders', () => doors.get('admin', `/orders?${query}`));
      expect(new Set(plans), query).toEqual(new Set([`IXSCAN ${index}`]));
    }
  });
});
