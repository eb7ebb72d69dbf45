import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { place, type Stand, startStand } from '../stand.test.ts';

describe('the search for a rider', () => {
  let stand: Stand;
  beforeEach(async () => {
    stand = await startStand();
  });
  afterEach(() => stand.close());

  it('asks the nearest rider first, alone, in the very insert that opens the delivery', async () => {
    await stand.riderAt(place(800));
    const near = await stand.riderAt(place(200));
    const { order } = await stand.ready();
    expect(await stand.asked(order)).toEqual([near.user]);
    const stored = await stand.deliveries.find(order);
    expect(stored).toMatchObject({ seq: 1, revision: 1 });
    expect(await stand.eventTypes(order)).toEqual(['DELIVERY_OFFERED']);
  });

  it('brings an order from ready to the door', async () => {
    const rider = await stand.riderAt();
    const { order } = await stand.ready();
    expect(await stand.use.acceptOffer(order, rider.user, stand.cause)).toMatchObject({ kind: 'committed' });
    expect(await stand.use.drive.pickUp(order, rider.user, stand.cause)).toMatchObject({ kind: 'committed' });
    expect(await stand.use.drive.deliver(order, rider.user, undefined, stand.cause)).toMatchObject({
      kind: 'committed',
    });
    expect(await stand.eventTypes(order)).toEqual([
      'DELIVERY_OFFERED',
      'RIDER_ASSIGNED',
      'DELIVERY_PICKED_UP',
      'DELIVERY_COMPLETED',
    ]);
  });
});
