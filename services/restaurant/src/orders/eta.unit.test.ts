import { userId } from '@tiffin/contracts/claims';
import { riderId } from '@tiffin/contracts/ids';
import { eta, type OrderStatus, orderStatus } from '@tiffin/contracts/order-api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { etaOf } from './eta.ts';

const policy = { riderSpeedMps: 5, assignExpectedS: 10, firstMileExpectedM: 1_000, spreadS: 120, spreadPercent: 15 };
const now = new Date('2026-11-01T10:00:00.000Z');
const after = (seconds: number) => new Date(now.getTime() + seconds * 1_000).toISOString();
const rider = { riderId: riderId.parse('a'.repeat(24)), riderUserId: userId.parse('asha'), riderName: 'Asha' };

type Expected = Parameters<typeof etaOf>[0];
/** An order whose customer lives about a kilometre north of the kitchen: 260 s away. */
const anOrder = (status: OrderStatus, more: Partial<Expected> = {}, degreesNorth = 0.009): Expected => ({
  status,
  pickup: { type: 'Point', coordinates: [77.6, 12.97] },
  deliveryAddress: {
    formattedAddress: '12 MG Road',
    phone: '+91 98450 12345',
    location: { type: 'Point', coordinates: [77.6, 12.97 + degreesNorth] },
  },
  ...more,
});
const SILENT: readonly OrderStatus[] = ['pending_payment', 'placed', 'delivered', 'cancelled', 'rejected', 'expired'];
const assigned = (toPickupM: number) => ({ ...rider, assignment: 1, toPickupM });
const early = (toPickupM: number) => ({ ...rider, status: 'assigned' as const, assignment: 1, toPickupM });

describe('when an order is expected', () => {
  const readyBy = after(1_200);
  it.each([
    // 1200 s cooking, 10 s search, 260 s to the kitchen, 260 s to the door, 15 % to either side
    ['accepted', 'the search after the cooking', { readyBy }, '10:24', '10:34'],
    ['preparing', 'the same', { readyBy }, '10:24', '10:34'],
    ['preparing', 'a late kitchen counts as ready now', { readyBy: after(-600) }, '10:06', '10:11'],
    ['preparing', 'an early rider is there before the food', { readyBy, earlyDelivery: early(300) }, '10:20', '10:28'],
    ['preparing', 'or after it', { readyBy: after(60), earlyDelivery: early(3_000) }, '10:14', '10:20'],
    ['ready_for_rider', 'the search and both rides', {}, '10:06', '10:11'],
    ['rider_assigned', 'his own way', { rider: assigned(300), legFrom: after(0) }, '10:03', '10:08'],
    ['rider_assigned', 'what is left of it', { rider: assigned(3_000), legFrom: after(-600) }, '10:05', '10:10'],
    [
      'rider_assigned',
      'a late rider counts as there now',
      { rider: assigned(300), legFrom: after(-600) },
      '10:02',
      '10:07',
    ],
    ['rider_assigned', 'an older event has no distance', { rider: { ...rider, assignment: 1 } }, '10:06', '10:11'],
    ['picked_up', 'the ride to the door', { legFrom: after(0) }, '10:02', '10:07'],
    ['picked_up', 'what is left of it, not before now', { legFrom: after(-200) }, '10:00', '10:04'],
    ['picked_up', 'a late rider counts as at the door now', { legFrom: after(-900) }, '10:00', '10:02'],
  ] as const)('%s: %s', (status, _what, more, earliest, latest) => {
    expect(etaOf(anOrder(status, more), policy, now)).toEqual({
      earliest: `2026-11-01T${earliest}:00.000Z`,
      latest: `2026-11-01T${latest}:00.000Z`,
    });
  });

  it.each(SILENT)('%s: nobody says', (status) => {
    expect(etaOf(anOrder(status, { readyBy, legFrom: after(0) }), policy, now)).toBeUndefined();
  });

  it('is not said before the kitchen has said how long it needs', () => {
    expect(etaOf(anOrder('accepted'), policy, now)).toBeUndefined();
  });
});

describe('whatever the order', () => {
  const told = orderStatus.options.filter((status) => !SILENT.includes(status));
  const any = fc.record({
    status: fc.constantFrom(...told),
    readyInS: fc.integer({ min: -7_200, max: 10_800 }),
    legAgoS: fc.integer({ min: 0, max: 7_200 }),
    toPickupM: fc.integer({ min: 0, max: 10_000 }),
    degreesNorth: fc.double({ min: 0, max: 0.09, noNaN: true }),
    isEarly: fc.boolean(),
  });
  type Any = typeof any extends fc.Arbitrary<infer T> ? T : never;
  const rangeOf = ({ status, readyInS, legAgoS, toPickupM, degreesNorth, isEarly }: Any) => {
    const more = {
      readyBy: after(readyInS),
      legFrom: after(-legAgoS),
      rider: assigned(toPickupM),
      ...(isEarly && { earlyDelivery: early(toPickupM) }),
    };
    const { earliest, latest } = eta.parse(etaOf(anOrder(status, more, degreesNorth), policy, now));
    return [Date.parse(earliest), Date.parse(latest)] as const;
  };

  it('the range is in order, in whole minutes, and does not end in the past', () => {
    fc.assert(
      fc.property(any, (order) => {
        const [earliest, latest] = rangeOf(order);
        expect(earliest).toBeLessThanOrEqual(latest);
        expect(latest).toBeGreaterThanOrEqual(now.getTime());
        expect([earliest % 60_000, latest % 60_000]).toEqual([0, 0]);
      }),
    );
  });

  it('a longer way or a slower kitchen never makes it come sooner', () => {
    const later = fc.record({
      readyInS: fc.integer({ min: 0, max: 3_600 }),
      toPickupM: fc.integer({ min: 0, max: 5_000 }),
      degreesNorth: fc.double({ min: 0, max: 0.05, noNaN: true }),
    });
    fc.assert(
      fc.property(any, later, (order, more) => {
        const [earliest, latest] = rangeOf(order);
        const [earliestLater, latestLater] = rangeOf({
          ...order,
          readyInS: order.readyInS + more.readyInS,
          toPickupM: order.toPickupM + more.toPickupM,
          degreesNorth: order.degreesNorth + more.degreesNorth,
        });
        expect(earliestLater).toBeGreaterThanOrEqual(earliest);
        expect(latestLater).toBeGreaterThanOrEqual(latest);
      }),
    );
  });
});
