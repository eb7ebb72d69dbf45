import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { place, type Stand, startStand } from '../stand.fixture.ts';

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
          { riderId: near.id, distanceM: 200, score: -200 },
          { riderId: far.id, distanceM: expect.any(Number), score: expect.any(Number) },
        ],
        offered: [near.id],
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

  it('keeps the newest forty decisions', async () => {
    const { order } = await stand.ready();
    for (let turn = 0; turn < 45; turn += 1) await stand.tick(order, 15);
    expect(await decisions(order)).toHaveLength(40);
  });
});
