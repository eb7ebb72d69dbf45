import { restaurantId } from '@tiffin/contracts/ids';
import { activeDeliveryList, deliveryInFull } from '@tiffin/contracts/rider-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Doors, openDoors } from '../doors.fixture.ts';
import { hexId, place, type Stand, startStand } from '../stand.fixture.ts';

let stand: Stand;
let doors: Doors;
beforeEach(async () => {
  stand = await startStand();
  doors = await openDoors(stand);
});
afterEach(async () => {
  await doors.close();
  await stand.close();
});

/** The time now, and then so many seconds later. */
const clockAfter = (seconds: number) => {
  stand.pass(seconds);
  return stand.now().toISOString();
};
const nobody = 'f'.repeat(24);

describe('a delivery in full', () => {
  const read = (order: string) => doors.read(`/deliveries/${order}`, deliveryInFull);

  it('shows what became of every offer and when, and how the search goes on', async () => {
    const riders: Awaited<ReturnType<Stand['riderAt']>>[] = [];
    for (let number = 1; number <= 5; number += 1) riders.push(await stand.riderAt(place(100 * number)));
    const [ann, bob, cat, dan, eve] = riders;
    if (!ann || !bob || !cat || !dan || !eve) throw new Error('five riders');
    const begun = stand.now().toISOString();
    const { order } = await stand.ready();
    const first = await read(order);
    expect(first).toEqual({
      delivery: {
        orderId: order,
        status: 'offering',
        restaurantName: 'Dosa House',
        pickup: place(),
        dropoff: place(1_500, 800),
        dropoffArea: 'Shivaji Nagar',
        customerPhone: '+91 98450 12345',
        earningPaise: 3_400,
        seq: 1,
      },
      offers: [
        {
          offerId: expect.any(String),
          riderId: ann.id,
          riderUserId: ann.user,
          state: 'sent',
          wave: 1,
          distanceM: 100,
          earningPaise: 3_400,
          offeredAt: begun,
          expiresAt: new Date(Date.parse(begun) + 12_000).toISOString(),
        },
      ],
      search: { wave: 1, radiusM: 1_000, nextAt: new Date(Date.parse(begun) + 12_000).toISOString() },
    });

    const declined = clockAfter(2);
    await stand.use.declineOffer(order, ann.user, stand.cause);
    const expired = clockAfter(12);
    await stand.tick(order, 0);
    const accepted = clockAfter(3);
    await stand.use.acceptOffer(order, cat.user, stand.cause);
    await stand.use.background.idle();
    const assigned = await read(order);
    expect(assigned.offers).toMatchObject([
      { riderId: ann.id, state: 'declined', wave: 1, offeredAt: begun, closedAt: declined },
      { riderId: bob.id, state: 'expired', wave: 2, offeredAt: declined, closedAt: expired },
      { riderId: cat.id, state: 'accepted', wave: 3, offeredAt: expired, closedAt: accepted },
      { riderId: dan.id, state: 'revoked', wave: 3, offeredAt: expired, closedAt: accepted },
      { riderId: eve.id, state: 'revoked', wave: 3, offeredAt: expired, closedAt: accepted },
    ]);
    expect(assigned).toMatchObject({
      delivery: { status: 'assigned', riderId: cat.id },
      riderName: `Rider ${cat.user}`,
      search: { wave: 3, radiusM: 1_000 },
    });
    expect(assigned.search).not.toHaveProperty('nextAt');

    const released = clockAfter(5);
    await stand.use.drive.release(order, cat.user, 'flat tyre', stand.cause);
    await stand.use.background.idle();
    const again = await read(order);
    expect(again.offers[2]).toMatchObject({ riderId: cat.id, state: 'released', closedAt: released });
    expect(again.offers.at(-1)).toMatchObject({ state: 'sent', wave: 4, offeredAt: released });
    expect(again).not.toHaveProperty('riderName');
  });

  it('keeps when an offer was accepted, also after the order is cancelled', async () => {
    const rider = await stand.riderAt(place(100));
    const { order } = await stand.ready();
    const accepted = clockAfter(1);
    await stand.use.acceptOffer(order, rider.user, stand.cause);
    stand.pass(5);
    await stand.cancelled(order);
    expect(await read(order)).toMatchObject({
      delivery: { status: 'cancelled' },
      offers: [{ state: 'accepted', closedAt: accepted }],
    });
  });

  it('says how far a search has looked that found nobody, and when it looks again', async () => {
    const { order } = await stand.ready();
    expect(await read(order)).toMatchObject({
      delivery: { status: 'searching' },
      offers: [],
      search: { wave: 0, radiusM: 5_000, nextAt: new Date(stand.now().getTime() + 2_000).toISOString() },
    });
  });

  it('has every offer of a delivery whose history is longer than a read brings along', async () => {
    const riders: Awaited<ReturnType<Stand['riderAt']>>[] = [];
    for (let number = 1; number <= 20; number += 1) riders.push(await stand.riderAt(place(40 * number)));
    const { order } = await stand.ready();
    for (const { user } of riders.slice(0, -1)) {
      stand.pass(1);
      await stand.use.declineOffer(order, user, stand.cause);
    }
    expect((await stand.eventTypes(order)).length).toBeGreaterThan(32);
    const { offers } = await read(order);
    expect(offers.map(({ riderId }) => riderId)).toEqual(riders.map(({ id }) => id));
    const ends = offers.slice(0, -1).map(({ closedAt }) => closedAt);
    expect(ends).toEqual(offers.slice(1).map(({ offeredAt }) => offeredAt));
  });

  it('is there for an admin and its restaurant, and for nobody else', async () => {
    const kitchen = restaurantId.parse(hexId());
    const { order } = await stand.ready(stand.newOrder(), { restaurantId: kitchen });
    doors.owned.set('owner-1', [kitchen]);
    doors.owned.set('owner-2', [hexId()]);
    expect((await doors.get('restaurant', `/deliveries/${order}`, 'owner-1')).status).toBe(200);
    const refused = { status: 404, body: { code: 'not_found' } };
    expect(await doors.get('restaurant', `/deliveries/${order}`, 'owner-2')).toMatchObject(refused);
    expect(await doors.get('admin', `/deliveries/${nobody}`)).toMatchObject(refused);
    expect((await doors.get('admin', '/deliveries/nonsense')).status).toBe(400);
    for (const role of ['customer', 'rider'] as const)
      expect((await doors.get(role, `/deliveries/${order}`)).status).toBe(403);
  });

  it('is not there when the order was cancelled before there was anything to deliver', async () => {
    const order = stand.newOrder();
    await stand.cancelled(order);
    expect((await doors.get('admin', `/deliveries/${order}`)).status).toBe(404);
  });
});

describe('the list of deliveries under way', () => {
  const LIST = '/deliveries?active=true';
  const listed = async (limit = 100) =>
    (await doors.readAll(`${LIST}&limit=${limit}`, activeDeliveryList)).map(({ orderId, status }) => [orderId, status]);

  it('has those that have not ended, oldest first, with where they go', async () => {
    const order = async (seconds = 1) => {
      stand.pass(seconds);
      return (await stand.ready()).order;
    };
    const searching = await order();
    const rider = await stand.riderAt(place(100));
    const picked = await order();
    const [delivered, cancelled] = [await order(), await order()];
    await stand.use.acceptOffer(searching, rider.user, stand.cause);
    await stand.use.drive.release(searching, rider.user, 'flat tyre', stand.cause);
    await stand.use.acceptOffer(delivered, rider.user, stand.cause);
    await stand.use.drive.pickUp(delivered, rider.user, stand.cause);
    await stand.use.drive.deliver(delivered, rider.user, undefined, stand.cause);
    await stand.cancelled(cancelled);
    await stand.use.background.idle();
    await stand.use.acceptOffer(picked, rider.user, stand.cause);
    await stand.use.drive.pickUp(picked, rider.user, stand.cause);
    const neverReady = stand.newOrder();
    await stand.cancelled(neverReady);

    const { items } = await doors.read(LIST, activeDeliveryList);
    expect(items).toEqual([
      { orderId: searching, status: 'searching', pickup: place(), dropoff: place(1_500, 800), seq: expect.any(Number) },
      {
        orderId: picked,
        status: 'picked_up',
        riderId: rider.id,
        pickup: place(),
        dropoff: place(1_500, 800),
        seq: expect.any(Number),
      },
    ]);
    stand.pass(3_600);
    await stand.tick(searching, 0);
    expect(await listed()).toEqual([[picked, 'picked_up']]);
  });

  it('D8: shows who has fallen silent, since when and where he was last, until he is heard again', async () => {
    const rider = await stand.riderAt(place(100));
    const { order } = await stand.ready();
    await stand.use.acceptOffer(order, rider.user, stand.cause);
    const riderSilent = { since: stand.now().toISOString(), lastKnown: { location: place(100), at: clockAfter(0) } };
    await stand.tick(order, 60);
    expect((await doors.read(LIST, activeDeliveryList)).items).toMatchObject([{ orderId: order, riderSilent }]);
    expect(await doors.read(`/deliveries/${order}`, deliveryInFull)).toMatchObject({ riderSilent });
    const plans = await doors.plansOf(() => stand.deliveries.countSilent());
    expect(plans.join()).toContain('IXSCAN { state.silence.since: 1 }');

    const fix = { seq: 1, at: stand.now().toISOString(), location: place(110), accuracyM: 8 };
    await stand.use.positions.report(rider.user, [fix]);
    await stand.use.background.idle();
    for (const path of [LIST, `/deliveries/${order}`])
      expect(JSON.stringify((await doors.get('admin', path)).body), path).not.toContain('riderSilent');
  });

  it('has no hole and no repeat while deliveries are added, many at one moment', async () => {
    const made: string[] = [];
    for (let number = 0; number < 9; number += 1) {
      if (number % 3 === 0) stand.pass(1);
      made.push((await stand.ready()).order);
    }
    const added: string[] = [];
    const found = await doors.readAll(`${LIST}&limit=2`, activeDeliveryList, async () => {
      stand.pass(1);
      if (added.length < 5) added.push((await stand.ready()).order);
    });
    const ids: string[] = found.map(({ orderId }) => orderId);
    expect(ids.slice(9)).toEqual(added);
    for (const at of [0, 3, 6]) expect(ids.slice(at, at + 3)).toEqual(made.slice(at, at + 3).toSorted());
  });

  it('is an admin’s alone, and says which it means', async () => {
    for (const role of ['customer', 'restaurant', 'rider'] as const)
      expect((await doors.get(role, LIST)).status).toBe(403);
    for (const path of ['/deliveries', '/deliveries?active=false', `${LIST}&cursor=x`, `${LIST}&limit=0`])
      expect(await doors.get('admin', path), path).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });

  it('is answered by the indexes of what is under way, and leaves the others theirs', async () => {
    for (let number = 0; number < 3; number += 1) await stand.ready();
    const { nextCursor } = await doors.read(`${LIST}&limit=1`, activeDeliveryList);
    const plans = await doors.plansOf(async () => {
      await doors.get('admin', `${LIST}&limit=1`);
      await doors.get('admin', `${LIST}&limit=1&cursor=${nextCursor}`);
    });
    expect(plans).toHaveLength(2);
    for (const plan of plans) {
      expect(plan).toContain('IXSCAN { createdAt: 1, _id: 1, state.open: 1 }');
      expect(plan).toContain('IXSCAN { createdAt: 1, _id: 1, state.active: 1 }');
      expect(plan).not.toContain('COLLSCAN');
    }
    const rider = await stand.newRider();
    const engaged = await doors.plansOf(() =>
      stand.deliveries.engagementsOf([{ riderId: rider.id, riderUserId: rider.user }]),
    );
    expect(engaged.join()).toContain('IXSCAN { state.offers.riderUserId: 1 }');
    expect(engaged.join()).not.toContain('createdAt');
  });
});
