import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { place, type Stand, startStand } from '../stand.fixture.ts';

describe('a trip', () => {
  let stand: Stand;
  beforeEach(async () => {
    stand = await startStand();
  });
  afterEach(() => stand.close());

  const underWay = async () => {
    const rider = await stand.riderAt(place(100));
    const { order } = await stand.ready();
    await stand.use.acceptOffer(order, rider.user, stand.cause);
    return { rider, order };
  };

  it('D10, T10: a pick-up or a delivery said twice is answered and has one effect', async () => {
    const { rider, order } = await underWay();
    const twice = async (say: () => Promise<{ kind: string }>) => [(await say()).kind, (await say()).kind];
    expect(await twice(() => stand.use.drive.pickUp(order, rider.user, stand.cause))).toEqual([
      'committed',
      'unchanged',
    ]);
    expect(await stand.state(order)).toMatchObject({ status: 'picked_up' });
    expect(await twice(() => stand.use.drive.deliver(order, rider.user, undefined, stand.cause))).toEqual([
      'committed',
      'unchanged',
    ]);
    expect((await stand.eventTypes(order)).slice(2)).toEqual(['DELIVERY_PICKED_UP', 'DELIVERY_COMPLETED']);
  });

  it('B35, D10, T18: another rider can do nothing with it', async () => {
    const { order } = await underWay();
    const other = await stand.riderAt(place(300));
    const refused = { kind: 'conflict', code: 'not_found' };
    expect(await stand.use.acceptOffer(order, other.user, stand.cause)).toMatchObject(refused);
    expect(await stand.use.drive.pickUp(order, other.user, stand.cause)).toMatchObject(refused);
    expect(await stand.use.drive.deliver(order, other.user, undefined, stand.cause)).toMatchObject(refused);
    expect(await stand.use.drive.release(order, other.user, 'mine', stand.cause)).toMatchObject(refused);
  });

  it('D8, E08: a release before the pick-up goes on to the next rider in the same write, and never back', async () => {
    const { rider, order } = await underWay();
    const next = await stand.riderAt(place(600));
    expect(await stand.use.drive.release(order, rider.user, 'flat tyre', stand.cause)).toMatchObject({
      kind: 'committed',
    });
    await stand.use.background.idle();
    expect(await stand.asked(order)).toEqual([next.user]);
    expect((await stand.eventTypes(order)).slice(1)).toEqual([
      'RIDER_ASSIGNED',
      'RIDER_UNASSIGNED',
      'DELIVERY_OFFERED',
    ]);
    await stand.use.declineOffer(order, next.user, stand.cause);
    expect(await stand.asked(order)).toEqual([]);
    expect(await stand.use.acceptOffer(order, rider.user, stand.cause)).toMatchObject({ code: 'offer_declined' });
    expect(await stand.deliveries.activeOf(rider.user)).toBeUndefined();
  });

  it('D8, E08: a release after the pick-up is refused', async () => {
    const { rider, order } = await underWay();
    await stand.use.drive.pickUp(order, rider.user, stand.cause);
    expect(await stand.use.drive.release(order, rider.user, 'flat tyre', stand.cause)).toMatchObject({
      code: 'delivery_conflict',
    });
  });

  const report = async (user: Awaited<ReturnType<Stand['riderAt']>>['user'], eastM: number) => {
    const fix = { seq: eastM, at: stand.now().toISOString(), location: place(eastM), accuracyM: 8 };
    await stand.use.positions.report(user, [fix]);
    await stand.use.background.idle();
  };

  it('D8, E08: a rider who disappears before the pick-up is marked at 60 s and replaced at 180 s, and never asked again', async () => {
    const { rider, order } = await underWay();
    stand.pass(20);
    await report(rider.user, 120);
    const lastHeard = stand.now().toISOString();
    await stand.tick(order, 40);
    expect(await stand.state(order)).not.toHaveProperty('silence');
    await stand.tick(order, 20);
    const lastKnown = { location: place(120), at: lastHeard };
    expect(await stand.state(order)).toMatchObject({ status: 'assigned', silence: { since: lastHeard, lastKnown } });
    expect(await stand.deliveries.countSilent()).toBe(1);

    const next = await stand.riderAt(place(600));
    for (let quietS = 75; quietS < 180; quietS += 15) await stand.tick(order, 15);
    expect(await stand.state(order)).toMatchObject({ status: 'assigned', riderUserId: rider.user });
    await report(next.user, 600);
    await stand.tick(order, 15);
    expect(await stand.asked(order)).toEqual([next.user]);
    expect((await stand.eventTypes(order)).slice(1)).toEqual([
      'RIDER_ASSIGNED',
      'RIDER_SILENT',
      'RIDER_UNASSIGNED',
      'DELIVERY_OFFERED',
    ]);
    const told = (await stand.deliveries.history(order))?.find(({ type }) => type === 'RIDER_UNASSIGNED');
    expect(told?.data).toMatchObject({ closed: [{ riderUserId: rider.user, reason: 'cancelled' }] });
    expect(await stand.deliveries.countSilent()).toBe(0);

    await report(rider.user, 130);
    await stand.use.declineOffer(order, next.user, stand.cause);
    expect(await stand.asked(order)).toEqual([]);
    expect(await stand.use.drive.pickUp(order, rider.user, stand.cause)).toMatchObject({ code: 'not_found' });
    expect(await stand.deliveries.activeOf(rider.user)).toBeUndefined();
  });

  it('D8, E08: a rider who disappears with the food keeps it, and a person hears once where he was last', async () => {
    const { rider, order } = await underWay();
    await report(rider.user, 110);
    const lastKnown = { location: place(110), at: stand.now().toISOString() };
    await stand.use.drive.pickUp(order, rider.user, stand.cause);
    await stand.tick(order, 60);
    for (let quietS = 75; quietS <= 240; quietS += 15) await stand.tick(order, 15);
    expect(await stand.state(order)).toMatchObject({ status: 'picked_up', silence: { lastKnown, isCase: true } });
    const history = ((await stand.deliveries.history(order)) ?? []).slice(2);
    expect(history.map(({ type }) => type)).toEqual(['DELIVERY_PICKED_UP', 'RIDER_SILENT', 'DELIVERY_CASE_OPENED']);
    expect(history.at(-1)?.data).toMatchObject({ orderId: order, riderId: rider.id, lastKnown });

    await report(rider.user, 140);
    expect(await stand.state(order)).not.toHaveProperty('silence');
    expect(await stand.use.drive.deliver(order, rider.user, undefined, stand.cause)).toMatchObject({
      kind: 'committed',
    });
  });

  it('D8: after an outage of ours a rider is looked for from its end, and positions meanwhile cost the delivery no write', async () => {
    const { rider, order } = await underWay();
    stand.pass(3_600);
    stand.receiving.since = stand.now();
    await stand.tick(order, 1);
    await stand.tick(order, 58.9);
    expect(await stand.eventTypes(order)).toEqual(['DELIVERY_OFFERED', 'RIDER_ASSIGNED']);
    const before = await stand.deliveries.find(order);
    for (let fix = 200; fix < 210; fix += 1) await report(rider.user, fix);
    expect((await stand.deliveries.find(order))?.revision).toBe(before?.revision);
    await stand.tick(order, 60);
    expect(await stand.eventTypes(order)).toEqual(['DELIVERY_OFFERED', 'RIDER_ASSIGNED', 'RIDER_SILENT']);
  });

  it('T08: a rider is free again after a delivery, a cancel and a release', async () => {
    const rider = await stand.riderAt(place(100));
    const job = async () => {
      const { order } = await stand.ready();
      const turn = await stand.use.acceptOffer(order, rider.user, stand.cause);
      expect(turn.kind).toBe('committed');
      return order;
    };
    await stand.cancelled(await job());
    await stand.use.drive.release(await job(), rider.user, 'flat tyre', stand.cause);
    const last = await job();
    await stand.use.drive.pickUp(last, rider.user, stand.cause);
    await stand.use.drive.deliver(last, rider.user, undefined, stand.cause);
    await stand.use.drive.pickUp(await job(), rider.user, stand.cause);
  });

  it('D9, E09: a cancel ends the search or the trip to the kitchen, and loses against a pick-up', async () => {
    const { rider, order } = await underWay();
    await stand.use.drive.pickUp(order, rider.user, stand.cause);
    expect(await stand.cancelled(order)).toEqual({ kind: 'nothing-new' });
    expect(await stand.use.drive.deliver(order, rider.user, undefined, stand.cause)).toMatchObject({
      kind: 'committed',
    });

    const second = await stand.ready();
    await stand.use.acceptOffer(second.order, rider.user, stand.cause);
    expect(await stand.cancelled(second.order)).toEqual({ kind: 'done' });
    expect(await stand.use.drive.pickUp(second.order, rider.user, stand.cause)).toMatchObject({
      code: 'delivery_closed',
    });
    expect(await stand.deliveries.activeOf(rider.user)).toBeUndefined();
  });

  it('D9, E09: a cancel frees the rider in the same write, tells him, and he is offered the next order at once', async () => {
    const { rider, order } = await underWay();
    const waiting = await stand.ready();
    expect(await stand.asked(waiting.order)).toEqual([]);
    await stand.cancelled(order);
    await stand.use.background.idle();
    expect(await stand.asked(waiting.order)).toEqual([rider.user]);
    const [told] = ((await stand.deliveries.history(order)) ?? []).slice(-1);
    expect(told).toMatchObject({
      type: 'DELIVERY_CANCELLED',
      data: { delivery: { status: 'cancelled' }, closed: [{ riderUserId: rider.user, reason: 'cancelled' }] },
    });
  });

  it('D9, E09: a cancel and a delivery at once have one outcome: the pick-up had decided', async () => {
    const { rider, order } = await underWay();
    await stand.use.drive.pickUp(order, rider.user, stand.cause);
    const [cancel, delivered] = await Promise.all([
      stand.cancelled(order),
      stand.use.drive.deliver(order, rider.user, undefined, stand.cause),
    ]);
    expect([cancel.kind, delivered.kind]).toEqual(['nothing-new', 'committed']);
    expect(await stand.state(order)).toMatchObject({ status: 'delivered', active: false });
  });

  it('D9, E09: a cancel and a pick-up at once have one outcome', async () => {
    const rider = await stand.riderAt(place(100));
    for (let round = 0; round < 10; round += 1) {
      const { order } = await stand.ready();
      await stand.use.acceptOffer(order, rider.user, stand.cause);
      const [cancel, pickUp] = await Promise.all([
        stand.cancelled(order),
        stand.use.drive.pickUp(order, rider.user, stand.cause),
      ]);
      const { status } = await stand.state(order);
      expect([cancel.kind, pickUp.kind, status]).toEqual(
        status === 'cancelled' ? ['done', 'conflict', 'cancelled'] : ['nothing-new', 'committed', 'picked_up'],
      );
      if (status === 'picked_up') await stand.use.drive.deliver(order, rider.user, undefined, stand.cause);
    }
  });
});
