import { restaurantId } from '@tiffin/contracts/ids';
import { locationsReply, trailList } from '@tiffin/contracts/rider-api';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Doors, openDoors } from '../doors.fixture.ts';
import { hexId, place, type Stand, startStand } from '../stand.fixture.ts';
import { TRAIL_POINTS } from './trail.ts';

let stand: Stand;
let doors: Doors;
beforeAll(async () => {
  stand = await startStand();
  doors = await openDoors(stand);
});
afterAll(async () => {
  await doors.close();
  await stand.close();
});
// Each test has the city for itself: riders of the one before would be asked too.
beforeEach(async () => {
  for (const name of ['riders', 'deliveries', 'trails']) await stand.connection.collection(name).deleteMany({});
});

type Rider = Awaited<ReturnType<Stand['riderAt']>>;
let seq = 0;
const fixAt = (eastM: number, northM: number, secondsAgo = 0) => {
  seq += 1;
  const at = new Date(stand.now().getTime() - secondsAgo * 1_000).toISOString();
  return { seq, at, location: place(eastM, northM), accuracyM: 8 };
};
const report = async ({ user }: Rider, northM: number, eastM = 300, use = stand.use) => {
  const reply = await use.positions.report(user, [fixAt(eastM, northM)]);
  return locationsReply.parse(reply);
};
/** Rides north at 10 m/s for so many seconds and reports each second; answers how far north he came. */
const ride = async (rider: Rider, seconds: number, fromM = 0, use = stand.use) => {
  for (let second = 1; second <= seconds; second += 1) {
    stand.pass(1);
    await report(rider, fromM + second * 10, 300, use);
    await use.positions.flush();
  }
  return fromM + seconds * 10;
};
const accepted = async (rider: Rider, more = {}) => {
  const { order } = await stand.ready(stand.newOrder(), more);
  expect((await stand.use.acceptOffer(order, rider.user, stand.cause)).kind).toBe('committed');
  return order;
};
const trailOf = async (order: string) => (await doors.read(`/deliveries/${order}/trail`, trailList)).items;
const northOf = (items: Awaited<ReturnType<typeof trailOf>>) =>
  items.map(({ points }) => points.map(({ location }) => Math.round((location.coordinates[1] - 12.97) * 111_319)));

describe('the trail of a delivery', () => {
  it('goes from the acceptance to the delivery, thinned, and neither earlier nor later', async () => {
    const rider = await stand.riderAt(place(300));
    await ride(rider, 5);
    const order = await accepted(rider);
    await ride(rider, 12, 50);
    await stand.use.drive.pickUp(order, rider.user, stand.cause);
    stand.pass(1);
    await report(rider, 200);
    await stand.use.drive.deliver(order, rider.user, undefined, stand.cause);
    await ride(rider, 12, 200);
    expect(northOf(await trailOf(order))).toEqual([[60, 90, 120, 150, 200]]);
    expect(await trailOf(order)).toMatchObject([{ assignment: 1, riderId: rider.id }]);
  });

  it('takes points of a report from before the acceptance for what they are', async () => {
    const rider = await stand.riderAt(place(300));
    const order = await accepted(rider);
    stand.pass(2);
    const points = [fixAt(300, 0, 40), fixAt(300, 50, 30), fixAt(300, 400, 1), fixAt(300, 430)];
    await stand.use.positions.report(rider.user, points);
    await stand.use.positions.flush(true);
    expect(northOf(await trailOf(order))).toEqual([[400, 430]]);
  });

  it('is one for each rider who had the delivery; a rider sees where he went himself', async () => {
    const first = await stand.riderAt(place(300));
    const second = await stand.riderAt(place(400));
    const order = await accepted(first);
    await ride(first, 3);
    await stand.use.drive.release(order, first.user, 'flat tyre', stand.cause);
    await stand.use.background.idle();
    expect((await stand.use.acceptOffer(order, second.user, stand.cause)).kind).toBe('committed');
    await ride(first, 6, 30);
    await ride(second, 3, 500);
    await stand.use.positions.flush(true);
    expect(northOf(await trailOf(order))).toEqual([[10], [510]]);
    for (const { user, id } of [first, second]) {
      const { status, body } = await doors.get('rider', `/deliveries/${order}/trail`, user);
      expect([status, trailList.parse(body).items.map(({ riderId }) => riderId)]).toEqual([200, [id]]);
    }
  });

  it('is there for an admin, its restaurant and its rider, and for nobody else, its customer neither', async () => {
    const kitchen = restaurantId.parse(hexId());
    const rider = await stand.riderAt(place(300));
    const order = await accepted(rider, { restaurantId: kitchen });
    doors.owned.set('owner-1', [kitchen]);
    const path = `/deliveries/${order}/trail`;
    const statusFor = async (...who: [role: 'customer' | 'restaurant' | 'rider' | 'admin', sub?: string]) =>
      (await doors.get(who[0], path, who[1])).status;
    expect(await statusFor('admin')).toBe(200);
    expect(await statusFor('restaurant', 'owner-1')).toBe(200);
    expect(await doors.get('rider', path, rider.user)).toEqual({ status: 200, body: { items: [] } });
    expect(await statusFor('restaurant', 'owner-2')).toBe(404);
    expect(await statusFor('rider', 'somebody')).toBe(404);
    expect(await statusFor('customer', 'customer-1')).toBe(404);
    expect((await doors.get('admin', `/deliveries/${hexId()}/trail`)).status).toBe(404);
  });

  it('goes on in another process where the first one ended', async () => {
    const rider = await stand.riderAt(place(300));
    const order = await accepted(rider);
    const north = await ride(rider, 4);
    await stand.use.positions.flush(true);
    const restarted = stand.anotherProcess();
    await ride(rider, 4, north, restarted);
    await restarted.positions.flush(true);
    expect(northOf(await trailOf(order))).toEqual([[10, 40, 70]]);
  });

  it('loses nothing when it cannot be written for a while', async () => {
    const rider = await stand.riderAt(place(300));
    const order = await accepted(rider);
    const north = await ride(rider, 4);
    const away = vi.spyOn(stand.trails, 'extend').mockRejectedValue(new Error('the database is away'));
    await expect(stand.use.positions.flush(true)).rejects.toThrow('away');
    await stand.use.drive.pickUp(order, rider.user, stand.cause);
    await stand.use.drive.deliver(order, rider.user, undefined, stand.cause);
    stand.pass(1);
    await report(rider, north);
    await expect(stand.use.positions.flush(true)).rejects.toThrow('away');
    away.mockRestore();
    await stand.use.positions.flush();
    expect(northOf(await trailOf(order))).toEqual([[10, 40]]);
  });

  it('never has more than 2,000 points: then every second leaves', async () => {
    const rider = await stand.riderAt(place(300));
    const order = await accepted(rider);
    await ride(rider, 1);
    await stand.use.positions.flush(true);
    const from = stand.now().getTime() - TRAIL_POINTS * 1_000;
    const points = Array.from({ length: TRAIL_POINTS }, (_, second) => [new Date(from + second * 1_000), 77.6, 12.97]);
    await stand.connection
      .collection('trails')
      .updateOne({ orderId: order }, { $set: { points, count: TRAIL_POINTS } });
    const restarted = stand.anotherProcess();
    await ride(rider, 6, 100, restarted);
    await restarted.positions.flush(true);
    const [kept] = await stand.connection.collection('trails').find({ orderId: order }).toArray();
    expect(kept?.count).toBe(kept?.points.length);
    expect(kept?.count).toBeGreaterThan(TRAIL_POINTS / 2);
    expect(kept?.count).toBeLessThan(TRAIL_POINTS / 2 + 5);
    expect(northOf(await trailOf(order))[0]?.at(-1)).toBe(140);
  });

  it('leaves 90 days after it was last written', async () => {
    const rider = await stand.riderAt(place(300));
    await accepted(rider);
    await ride(rider, 1);
    await stand.use.positions.flush(true);
    const trails = stand.connection.collection('trails');
    const [kept] = await trails.find().toArray();
    expect(kept?.expiresAt.getTime() - stand.now().getTime()).toBe(90 * 24 * 3_600_000);
    expect(await trails.indexes()).toContainEqual(
      expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 }),
    );
  });

  it('is found by an index', async () => {
    const order = await accepted(await stand.riderAt(place(300)));
    const plans = await doors.plansOf(() => trailOf(order));
    expect(plans).toHaveLength(2);
    expect(plans.join('\n')).not.toContain('COLLSCAN');
  });
});

describe('how soon the next report is wanted', () => {
  it('is 1 s on a trip, 5 s on duty, and 10 s of a rider who stands for a minute or is off duty', async () => {
    const rider = await stand.riderAt(place(300));
    const next = async (northM: number) => (await report(rider, northM)).nextInMs;
    expect(await next(0)).toBe(5_000);
    stand.pass(59);
    expect(await next(10)).toBe(5_000);
    stand.pass(1);
    expect(await next(20)).toBe(10_000);
    stand.pass(1);
    expect(await next(50)).toBe(5_000);
    const order = await accepted(rider);
    expect(await next(50)).toBe(1_000);
    stand.pass(60);
    expect(await next(50)).toBe(1_000);
    await stand.use.drive.pickUp(order, rider.user, stand.cause);
    await stand.use.drive.deliver(order, rider.user, undefined, stand.cause);
    await stand.use.positions.flush();
    stand.pass(1);
    expect(await next(80)).toBe(5_000);
    await stand.use.setAvailability(rider.user, false, undefined, stand.cause);
    expect(await next(90)).toBe(10_000);
    await stand.use.setAvailability(rider.user, true, undefined, stand.cause);
    expect(await next(100)).toBe(5_000);
    await stand.use.verifyRider(rider.id, false, stand.cause);
    expect(await next(110)).toBe(10_000);
  });

  it('is known also where the rider is met for the first time on his trip', async () => {
    const rider = await stand.riderAt(place(300));
    await accepted(rider);
    expect((await report(rider, 0, 300, stand.anotherProcess())).nextInMs).toBe(1_000);
  });
});

describe('B11: what 1,000 points at 1 Hz cost', () => {
  const RIDERS = 20;
  const SECONDS = 1_000 / RIDERS;
  /** Bulk writes to a collection and the documents in them, while every rider reports each second. */
  const writesOf = async (riders: readonly Rider[], metresPerSecond: number, use: Stand['use']) => {
    const spies = ['riders', 'trails'].map((name) => vi.spyOn(stand.connection.collection(name), 'bulkWrite'));
    for (let second = 1; second <= SECONDS; second += 1) {
      stand.pass(1);
      for (const rider of riders) await report(rider, second * metresPerSecond, 300, use);
      await use.positions.flush();
    }
    const [positions, trails] = spies.map(({ mock: { calls } }) => ({
      commands: calls.length,
      documents: calls.reduce((sum, [documents]) => sum + documents.length, 0),
    }));
    for (const spy of spies) spy.mockRestore();
    if (!positions || !trails) throw new Error('two collections');
    return { positions, trails };
  };
  const twentyRiders = () => Promise.all(Array.from({ length: RIDERS }, () => stand.riderAt(place(300))));

  it('is at most 100 writes while riders stand or walk', async () => {
    const { positions, trails } = await writesOf(await twentyRiders(), 2, stand.anotherProcess());
    expect(positions.documents).toBeGreaterThan(0);
    expect(positions.documents).toBeLessThanOrEqual(100);
    expect(trails.documents).toBe(0);
  });

  it('is at most 100 commands however fast they ride, and a write for each delivery every 10 s', async () => {
    const riders = await twentyRiders();
    for (let number = 1; number <= 5; number += 1) {
      const { order } = await stand.ready();
      const [asked = ''] = await stand.asked(order);
      expect((await stand.use.acceptOffer(order, asked, stand.cause)).kind).toBe('committed');
    }
    const { positions, trails } = await writesOf(riders, 15, stand.anotherProcess());
    expect(positions.commands + trails.commands).toBeLessThanOrEqual(100);
    expect(trails.documents).toBeGreaterThan(0);
    expect(trails.documents).toBeLessThanOrEqual(5 * (SECONDS / 10));
  });
});
