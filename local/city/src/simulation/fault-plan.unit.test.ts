import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { FAULTS, planFaults, windowMsOf } from './fault-plan.ts';

const aPlan = (seed: number, kinds: Parameters<typeof planFaults>[0]['kinds'] = FAULTS) =>
  planFaults({ kinds, seed, windowMs: 60_000 });

it('plans the same for the same seed, and something else for another', () => {
  expect(aPlan(7)).toEqual(aPlan(7));
  expect(aPlan(8)).not.toEqual(aPlan(7));
});

it('moves no fault because another kind was added', () => {
  const kills = aPlan(7, ['kill-service']);
  expect(kills.length).toBeGreaterThan(2);
  expect(aPlan(7).filter(({ kind }) => kind === 'kill-service')).toEqual(kills);
});

it('brings every kind that was asked for about, within the window and in order', async () => {
  await fc.assert(
    fc.property(
      fc.nat(),
      fc.integer({ min: 20_000, max: 3_600_000 }),
      fc.subarray([...FAULTS]),
      (seed, windowMs, kinds) => {
        const plan = planFaults({ kinds, seed, windowMs });
        expect(new Set(plan.map(({ kind }) => kind))).toEqual(new Set(kinds));
        const times = plan.map(({ atMs }) => atMs);
        expect(times).toEqual(times.toSorted((one, other) => one - other));
        for (const atMs of times) expect(atMs >= 0 && atMs < windowMs).toBe(true);
      },
    ),
  );
});

it('goes on while customers order, and long enough to meet somebody', () => {
  expect(windowMsOf({ orders: 500, ordersPerMinute: 50, speed: 2 })).toBe(300_000);
  expect(windowMsOf({ orders: 1, ordersPerMinute: 60, speed: 10 })).toBe(20_000);
});
