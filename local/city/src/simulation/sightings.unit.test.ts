import { orderId } from '@tiffin/contracts/ids';
import { expect, it } from 'vitest';
import { createSightings } from './sightings.ts';

const ours = orderId.parse('1'.repeat(24));
const another = orderId.parse('2'.repeat(24));

it('takes what happens to orders of another city neither for movement nor for a latency', () => {
  const clock = { ms: 0 };
  const { ledger, latencies, movedAtMs } = createSightings({ nowMs: () => clock.ms });
  ledger.ordered('asha', ours);
  clock.ms = 10;
  ledger.readyAnswered(ours);
  clock.ms = 30;
  ledger.offerSeen(ours);
  clock.ms = 500;
  ledger.readyAnswered(another);
  ledger.offerSeen(another);
  expect(movedAtMs()).toBe(30);
  expect(latencies().readyToOfferMs).toEqual({ p50: 20, p95: 20, count: 1 });
  expect(ledger.summary().readyToOfferMs).toEqual({ p50: 20, p95: 20 });
});
