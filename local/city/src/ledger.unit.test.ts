import { orderId } from '@tiffin/contracts/ids';
import { expect, it } from 'vitest';
import type { Entry } from './journal.ts';
import { createLedger, PATIENCE_MS } from './ledger.ts';
import { liveLine } from './live-line.ts';

const id = (number: number) => orderId.parse(String(number).padStart(24, '0'));

const aLedger = (earlier: readonly Entry[] = []) => {
  const kept: Entry[] = [...earlier];
  const clock = { ms: 0 };
  const ledger = createLedger({ nowMs: () => clock.ms, journal: { earlier, keep: (entry) => kept.push(entry) } });
  return { ledger, clock, restart: () => aLedger(kept) };
};

/** One order delivered and read, one on its way, one whose answer nobody heard, one turned away, one lost. */
const anEvening = () => {
  const evening = aLedger();
  const { ledger } = evening;
  for (const [number, customer] of ['asha', 'bela', 'chetan', 'divya', 'esha'].entries()) {
    ledger.setOut(customer);
    if (customer === 'divya') ledger.turnedAway(customer);
    else if (customer !== 'chetan') ledger.ordered(customer, id(number));
  }
  ledger.is(id(0), 'delivered');
  ledger.complete(id(0));
  ledger.is(id(1), 'picked_up');
  ledger.lost(id(4));
  return evening;
};

it('goes on counting after a restart, and knows whom to go on for', () => {
  const { ledger } = anEvening().restart();
  expect(ledger.summary()).toMatchObject({ orders: 3, lost: 1, byStatus: { delivered: 1 } });
  expect(ledger.customers()).toBe(5);
  expect(ledger.unfinished()).toEqual([
    { customer: 'bela', orderId: id(1) },
    { customer: 'chetan', orderId: undefined },
  ]);
});

it('goes on for an order that had ended before its history was read', () => {
  const evening = anEvening();
  evening.ledger.is(id(1), 'delivered');
  const { ledger } = evening.restart();
  expect(ledger.summary()).toMatchObject({ orders: 3, byStatus: { delivered: 2 } });
  expect(ledger.unfinished()[0]).toEqual({ customer: 'bela', orderId: id(1) });
  ledger.is(id(1), 'delivered');
  expect(ledger.summary().byStatus).toMatchObject({ delivered: 2 });
});

it('shows an order that never ends as lost, also one from before a restart, until it ends', () => {
  const { ledger, clock } = anEvening().restart();
  clock.ms = PATIENCE_MS;
  expect(ledger.summary().lost).toBe(1);
  clock.ms += 1;
  // The one on its way, and the one that was lost before and is not counted twice.
  expect(ledger.summary().lost).toBe(2);
  ledger.is(id(1), 'delivered');
  expect(ledger.summary().lost).toBe(1);
});

it('measures no latency of an order that was ready before a restart', () => {
  const { ledger } = anEvening().restart();
  ledger.offerSeen(id(1));
  expect(ledger.summary().readyToOfferMs).toBeUndefined();
});

it('measures the offers of its own orders alone, and of none that has ended', () => {
  const { ledger, clock } = aLedger();
  ledger.ordered('asha', id(1));
  // The riders and kitchens of this city serve other people on the stack too.
  ledger.offerSeen(id(9));
  ledger.readyAnswered(id(8));
  ledger.offerSeen(id(8));
  expect(ledger.summary().readyToOfferMs).toBeUndefined();
  ledger.readyAnswered(id(1));
  clock.ms = 40;
  ledger.offerSeen(id(1));
  expect(ledger.summary().readyToOfferMs).toEqual({ p50: 40, p95: 40 });
  ledger.is(id(1), 'cancelled');
  ledger.offerSeen(id(1));
  expect(ledger.summary().readyToOfferMs).toEqual({ p50: 40, p95: 40 });
});

it('tells customers who changed their mind from orders that were given up', () => {
  const { ledger, restart } = aLedger();
  for (const number of [1, 2, 3]) ledger.ordered(`customer-${number}`, id(number));
  ledger.changedMind(id(1));
  ledger.is(id(1), 'cancelled');
  ledger.is(id(2), 'cancelled');
  ledger.is(id(3), 'rejected');
  for (const one of [ledger, restart().ledger])
    expect(liveLine(one.summary())).toMatch(/^lost 0 \| orders 3 \| .* · changed their mind 1 · given up 2 \|/);
});
