import { userId } from '@tiffin/contracts/claims';
import { riderId } from '@tiffin/contracts/ids';
import { decisionList } from '@tiffin/contracts/rider-api';
import mongoose from 'mongoose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDoors } from '../doors.fixture.ts';
import { hexId, place, type Stand, startStand } from '../stand.fixture.ts';
import { type Candidate, decisionOf } from './candidates.ts';

const aCandidate = (index: number): Candidate => ({
  riderId: riderId.parse(hexId()),
  riderUserId: userId.parse(`rider-${index}`),
  riderName: `Rider ${index}`,
  riderPhone: '+91 98860 54321',
  location: place(index),
  at: new Date(),
  record: {},
  distanceM: index,
  ageS: 29.4,
  idleS: 1_234.5,
  acceptance: 0.8,
  isThinking: true,
  score: -1_234,
});

describe('the search for a rider', () => {
  let stand: Stand;
  beforeEach(async () => {
    stand = await startStand();
  });
  afterEach(() => stand.close());

  /** Riders on duty, each 100 m farther away than the last. */
  const inARow = async (count: number) => {
    const riders: Awaited<ReturnType<Stand['riderAt']>>[] = [];
    for (let index = 1; index <= count; index += 1) riders.push(await stand.riderAt(place(100 * index)));
    return riders;
  };
  const decisions = async (order: string) => (await stand.deliveries.decisionsOf(order))?.decisions ?? [];

  it('asks the nearest rider first, alone, in the very insert that opens the delivery', async () => {
    const far = await stand.riderAt(place(800));
    const near = await stand.riderAt(place(200));
    const { order } = await stand.ready();
    expect(await stand.asked(order)).toEqual([near.user]);
    expect(await stand.deliveries.find(order)).toMatchObject({ seq: 1, revision: 1 });
    expect(await stand.eventTypes(order)).toEqual(['DELIVERY_OFFERED']);
    expect(await decisions(order)).toEqual([
      {
        at: stand.now().toISOString(),
        wave: 1,
        radiusM: 1_000,
        considered: 2,
        candidates: [
          { riderId: near.id, distanceM: 200, score: expect.any(Number), ageS: 0, acceptance: 1 },
          { riderId: far.id, distanceM: expect.any(Number), score: expect.any(Number), ageS: 0, acceptance: 1 },
        ],
        offered: [near.id],
        outcomes: [{ riderId: near.id, state: 'sent' }],
      },
    ]);
  });

  it('gives one offer twelve seconds alone, then asks three at once', async () => {
    const riders = await inARow(5);
    const { order } = await stand.ready();
    expect(await stand.tick(order, 11.9)).toMatchObject({ kind: 'unchanged' });
    await stand.tick(order, 0.1);
    expect(await stand.asked(order)).toEqual(riders.slice(1, 4).map(({ user }) => user));
    expect(await stand.eventTypes(order)).toEqual(['DELIVERY_OFFERED', 'OFFER_EXPIRED', 'DELIVERY_OFFERED']);
    expect((await decisions(order)).at(-1)?.candidates[0]).toMatchObject({
      riderId: riders[0]?.id,
      excluded: 'expired',
    });
  });

  it('hands a declined offer on at once, alone, and inside a wave to one more', async () => {
    const riders = await inARow(6);
    const [ann, bob, cat, dan, eve, fay] = riders.map(({ user }) => user);
    const { order } = await stand.ready();
    await stand.use.declineOffer(order, ann ?? '', stand.cause);
    expect(await stand.asked(order)).toEqual([bob]);
    await stand.tick(order, 12);
    expect(await stand.asked(order)).toEqual([cat, dan, eve]);
    await stand.use.declineOffer(order, dan ?? '', stand.cause);
    expect(await stand.asked(order)).toEqual([cat, eve, fay]);
  });

  it('D5, E06: looks wider at once when the first radius is empty', async () => {
    const far = await stand.riderAt(place(3_200));
    const { order } = await stand.ready();
    expect(await stand.asked(order)).toEqual([far.user]);
    expect(await decisions(order)).toMatchObject([{ radiusM: 3_500, considered: 1 }]);
  });

  it('D5, E06: with nobody at all looks again after 2, 4, 8, 15 s, and escalates at the limit', async () => {
    await stand.riderAt(place(9_000));
    const { order } = await stand.ready();
    expect(await stand.state(order)).toMatchObject({ status: 'searching', active: false });
    for (const pause of [2, 4, 8, 15, 15]) {
      expect(await stand.tick(order, pause - 0.1)).toMatchObject({ kind: 'unchanged' });
      expect(await stand.tick(order, 0.1)).toMatchObject({ kind: 'committed' });
    }
    await stand.tick(order, 1_200);
    expect(await stand.state(order)).toMatchObject({ status: 'escalated', open: false });
    expect(await stand.eventTypes(order)).toEqual(['DELIVERY_ESCALATED']);
    expect((await stand.deliveries.find(order))?.state.nextSearchAt).toBeUndefined();
  });

  it('D5, E06: escalates when all decline or let it pass', async () => {
    const ann = await stand.riderAt(place(100));
    const bob = await stand.riderAt(place(200));
    const { order } = await stand.ready();
    await stand.use.declineOffer(order, ann.user, stand.cause);
    await stand.tick(order, 12);
    expect(await stand.state(order)).toMatchObject({ status: 'searching' });
    expect((await decisions(order)).at(-1)?.candidates.map(({ excluded }) => excluded)).toEqual([
      'declined',
      'expired',
    ]);
    await stand.tick(order, 1_200);
    expect(await stand.eventTypes(order)).toEqual([
      'DELIVERY_OFFERED',
      'OFFER_DECLINED',
      'DELIVERY_OFFERED',
      'OFFER_EXPIRED',
      'DELIVERY_ESCALATED',
    ]);
    expect(await stand.use.acceptOffer(order, bob.user, stand.cause)).toMatchObject({ code: 'delivery_closed' });
  });

  it('D6, E06: offers at once to a rider who comes on duty in mid-search', async () => {
    const late = await stand.newRider();
    const { order } = await stand.ready();
    expect(await stand.asked(order)).toEqual([]);
    await stand.goOnDuty(late.user, place(700));
    expect(await stand.asked(order)).toEqual([late.user]);
  });

  it('D6, E06: offers at once to a rider whose first position arrives, or who can be seen again', async () => {
    const hidden = await stand.riderAt(place(300));
    stand.pass(31);
    const { order } = await stand.ready();
    expect(await stand.asked(order)).toEqual([]);
    await stand.use.positions.report(hidden.user, [
      { seq: 1, at: stand.now().toISOString(), location: place(310), accuracyM: 8 },
    ]);
    await stand.use.background.idle();
    expect(await stand.asked(order)).toEqual([hidden.user]);
  });

  it('D6, E06, T20: gives no offer to a rider whose position is 31 s old, and says so', async () => {
    const hidden = await stand.riderAt(place(100));
    stand.pass(30);
    const fresh = await stand.ready();
    expect(await stand.asked(fresh.order)).toEqual([hidden.user]);
    await stand.use.declineOffer(fresh.order, hidden.user, stand.cause);
    stand.pass(1);
    const { order } = await stand.ready();
    expect(await stand.asked(order)).toEqual([]);
    expect(await decisions(order)).toMatchObject([
      { candidates: [{ riderId: hidden.id, excluded: 'stale' }], offered: [] },
    ]);
  });

  it('D6, E06: moves on from a rider who goes off duty with an offer before him', async () => {
    const ann = await stand.riderAt(place(100));
    const bob = await stand.riderAt(place(400));
    const { order } = await stand.ready();
    await stand.use.setAvailability(ann.user, false, undefined, stand.cause);
    await stand.use.background.idle();
    expect(await stand.asked(order)).toEqual([bob.user]);
    expect(await stand.use.acceptOffer(order, ann.user, stand.cause)).toMatchObject({ code: 'offer_taken' });
  });

  it('D7, E05, T09: opens one search however often the order is said to be ready', async () => {
    const ann = await stand.riderAt(place(100));
    await stand.riderAt(place(400));
    const { order } = await stand.ready();
    const again = await Promise.all(Array.from({ length: 5 }, () => stand.ready(order)));
    expect(again.map(({ outcome }) => outcome.kind)).toEqual(Array.from({ length: 5 }, () => 'nothing-new'));
    expect(await stand.asked(order)).toEqual([ann.user]);
    expect(await stand.eventTypes(order)).toEqual(['DELIVERY_OFFERED']);
  });

  it('D7, E09: opens no search for an order that was cancelled before it was ready', async () => {
    await stand.riderAt();
    const order = stand.newOrder();
    expect(await stand.cancelled(order)).toEqual({ kind: 'done' });
    expect((await stand.ready(order)).outcome).toEqual({ kind: 'nothing-new' });
    expect(await stand.cancelled(order)).toEqual({ kind: 'nothing-new' });
    expect(await stand.state(order)).toMatchObject({ status: 'cancelled', offers: [] });
    expect(await stand.eventTypes(order)).toEqual(['DELIVERY_CANCELLED']);
  });

  it('escalates a ready message older than the search limit and asks nobody', async () => {
    await stand.riderAt();
    const { order } = await stand.ready(undefined, {
      readyAt: new Date(stand.now().getTime() - 1_200_000).toISOString(),
    });
    expect(await stand.eventTypes(order)).toEqual(['DELIVERY_ESCALATED']);
  });

  it('asks a rider again whose earlier delivery is over, and not one who has a job', async () => {
    const ann = await stand.riderAt(place(100));
    const first = await stand.ready();
    await stand.use.acceptOffer(first.order, ann.user, stand.cause);
    const second = await stand.ready();
    expect(await stand.asked(second.order)).toEqual([]);
    expect(await decisions(second.order)).toMatchObject([{ candidates: [{ excluded: 'busy' }] }]);
    await stand.use.drive.pickUp(first.order, ann.user, stand.cause);
    await stand.use.drive.deliver(first.order, ann.user, undefined, stand.cause);
    await stand.use.background.idle();
    expect(await stand.asked(second.order)).toEqual([ann.user]);
  });

  describe('near a rider who is about to finish', () => {
    /** Ann carries an order; its drop-off is 100 m from the next pickup, and she is 200 m from it. */
    const annOnHerWay = async (leftM = 200) => {
      const ann = await stand.riderAt(place(50));
      const { order } = await stand.ready(undefined, { dropoff: place(100) });
      await stand.use.acceptOffer(order, ann.user, stand.cause);
      await stand.use.drive.pickUp(order, ann.user, stand.cause);
      stand.pass(1);
      await stand.use.positions.declare(ann.user, place(100 + leftM));
      return { ann, order };
    };

    it('waits for her in its first radius instead of asking somebody far away, and asks her as soon as she is free', async () => {
      const { ann, order: first } = await annOnHerWay();
      await stand.riderAt(place(1_500));
      const { order } = await stand.ready();
      expect(await stand.asked(order)).toEqual([]);
      expect(await decisions(order)).toMatchObject([
        {
          radiusM: 1_000,
          considered: 1,
          candidates: [{ riderId: ann.id, excluded: 'busy', finishesInM: 200 }],
          offered: [],
        },
      ]);
      stand.pass(10);
      await stand.use.drive.deliver(first, ann.user, undefined, stand.cause);
      await stand.use.background.idle();
      expect(await stand.asked(order)).toEqual([ann.user]);
    });

    it('looks wider after half a minute, and waits no second time', async () => {
      await annOnHerWay();
      const far = await stand.riderAt(place(1_500));
      const { order } = await stand.ready();
      expect(await stand.tick(order, 29)).toMatchObject({ kind: 'unchanged' });
      await stand.tick(order, 1);
      expect(await stand.asked(order)).toEqual([far.user]);
      await stand.use.declineOffer(order, far.user, stand.cause);
      expect(await decisions(order)).toMatchObject([{ radiusM: 1_000 }, { radiusM: 2_000 }, { radiusM: 5_000 }]);
    });

    it('waits for nobody while somebody can be asked, and not for a rider who has farther to go', async () => {
      await annOnHerWay(301);
      const far = await stand.riderAt(place(1_500));
      const one = await stand.ready();
      expect(await stand.asked(one.order)).toEqual([far.user]);
      await stand.cancelled(one.order);
      const near = await stand.riderAt(place(900));
      await annOnHerWay();
      const other = await stand.ready();
      expect(await stand.asked(other.order)).toEqual([near.user]);
    });
  });

  it('D4: a process that ends in wave 2 leaves its timer to the next one', async () => {
    const riders = await inARow(6);
    const { order } = await stand.ready();
    await stand.tick(order, 12);
    // Nothing of the first process is left but its documents; the next one finds what is due.
    stand.pass(12);
    const next = stand.anotherProcess();
    for (const id of await stand.deliveries.claimDue(20, 10_000)) await next.continueDelivery(id);
    expect(await stand.asked(order)).toEqual(riders.slice(4).map(({ user }) => user));
    expect(await next.acceptOffer(order, riders[4]?.user ?? '', stand.cause)).toMatchObject({ kind: 'committed' });
  });

  it('keeps the newest forty of a hundred decisions, each with the nearest fifty of sixty riders and whoever was asked', async () => {
    const { order } = await stand.ready();
    const stored = await stand.deliveries.find(order);
    if (!stored) throw new Error('there is no delivery');
    const crowd = Array.from({ length: 60 }, (_, index): Candidate => aCandidate(index));
    const asked = crowd.slice(-3);
    let last = stored;
    for (let wave = 1; wave <= 100; wave += 1) {
      const found = { candidates: crowd, chosen: asked, considered: 60, radiusM: 5_000, isWaiting: false };
      const change = { state: last.state, events: [], decisions: [decisionOf(found, wave, stand.now())] };
      const result = await stand.deliveries.commit(last, change, stand.cause);
      if (result.kind !== 'committed') throw new Error(result.kind);
      last = result.stored;
    }
    const doors = await openDoors(stand);
    const { items } = await doors.read(`/deliveries/${order}/decisions`, decisionList);
    await doors.close();
    expect(items.map(({ wave }) => wave)).toEqual(Array.from({ length: 40 }, (_, index) => 61 + index));
    expect(items.every(({ candidates }) => candidates.length === 53)).toBe(true);
    expect(items.at(-1)).toMatchObject({ considered: 60, offered: asked.map(({ riderId }) => riderId), outcomes: [] });
    const document = await stand.connection
      .collection('deliveries')
      .findOne({ _id: new mongoose.Types.ObjectId(order) });
    expect(mongoose.mongo.BSON.calculateObjectSize(document ?? {})).toBeLessThan(400_000);
  });

  describe('what it remembers of riders', () => {
    let doors: Awaited<ReturnType<typeof openDoors>>;
    beforeEach(async () => {
      doors = await openDoors(stand);
    });
    afterEach(() => doors.close());
    const told = async (order: string) => (await doors.read(`/deliveries/${order}/decisions`, decisionList)).items;
    const seen = async (user: string, seq: number, metres: number) => {
      const at = stand.now().toISOString();
      await stand.use.positions.report(userId.parse(user), [{ seq, at, location: place(metres), accuracyM: 8 }]);
      await stand.use.background.idle();
    };

    it('tells what came of each offer, and scores the next search by who declined and who has just delivered', async () => {
      const ann = await stand.riderAt(place(100));
      const bob = await stand.riderAt(place(110));
      const cat = await stand.riderAt(place(120));
      const first = await stand.ready();
      await stand.use.declineOffer(first.order, ann.user, stand.cause);
      await stand.use.acceptOffer(first.order, bob.user, stand.cause);
      await stand.use.drive.pickUp(first.order, bob.user, stand.cause);
      await stand.use.drive.deliver(first.order, bob.user, undefined, stand.cause);
      await stand.use.background.idle();
      expect((await told(first.order)).map(({ outcomes }) => outcomes)).toEqual([
        [{ riderId: ann.id, state: 'declined' }],
        [{ riderId: bob.id, state: 'accepted' }],
      ]);

      stand.pass(20);
      const next = await stand.ready();
      expect(await stand.asked(next.order)).toEqual([cat.user]);
      expect(await told(next.order)).toMatchObject([
        {
          candidates: [
            { riderId: ann.id, acceptance: 0.8, ageS: 20 },
            { riderId: bob.id, acceptance: 1, idleS: 20 },
            { riderId: cat.id, acceptance: 1, ageS: 20 },
          ],
        },
      ]);
    });

    it('holds an expired offer against a rider, but not one that somebody else took, nor one nobody could have taken', async () => {
      const ann = await stand.riderAt(place(100));
      const bob = await stand.riderAt(place(110));
      const cat = await stand.riderAt(place(120));
      const first = await stand.ready();
      await stand.tick(first.order, 12);
      expect(await stand.asked(first.order)).toEqual([bob.user, cat.user]);
      await stand.use.acceptOffer(first.order, bob.user, stand.cause);
      await stand.use.drive.release(first.order, bob.user, 'flat tyre', stand.cause);
      await stand.cancelled(first.order);
      await stand.use.background.idle();
      const acceptances = async (order: string) =>
        Object.fromEntries((await told(order)).at(-1)?.candidates.map((one) => [one.riderId, one.acceptance]) ?? []);
      const second = await stand.ready();
      expect(await acceptances(second.order)).toEqual({ [ann.id]: 0.8, [bob.id]: 1, [cat.id]: 1 });

      // The service was away while this offer ran out, and its rider out of sight while the next one did.
      await stand.tick(second.order, 18);
      await stand.cancelled(second.order);
      for (const [index, { user }] of [ann, bob, cat].entries()) await seen(user, 1, 100 + 10 * index);
      stand.pass(25);
      const third = await stand.ready();
      await stand.tick(third.order, 12);
      await stand.cancelled(third.order);
      for (const [index, { user }] of [ann, bob, cat].entries()) await seen(user, 2, 100 + 10 * index);
      const last = await stand.ready();
      expect(await acceptances(last.order)).toEqual({ [ann.id]: 0.8, [bob.id]: 1, [cat.id]: 1 });
    });
  });
});
