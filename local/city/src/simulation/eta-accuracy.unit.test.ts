import { expect, it } from 'vitest';
import { etaAccuracy } from './eta-accuracy.ts';
import { anOrderOf, together } from './facts.fixture.ts';

const minute = (number: number) => new Date(Date.UTC(2026, 10, 1, 10, number)).toISOString();

/** An order that was told 10:10 to 10:14 at acceptance, and came at so many minutes after ten. */
const delivered = (number: number, cameAt: number) => {
  const [facts] = anOrderOf(number, 'delivered').orders;
  const history = facts?.history?.map((event) => {
    if (event.type === 'ORDER_DELIVERED') return { ...event, timestamp: minute(cameAt) };
    if (event.type !== 'ORDER_ACCEPTED') return event;
    return { ...event, data: { ...event.data, eta: { earliest: minute(10), latest: minute(14) } } };
  });
  return { history };
};

it('counts who came within the range told at acceptance, before it and after it', () => {
  const came = [9, 10, 12, 14, 15].map((at, number) => delivered(number, at));
  expect(etaAccuracy(came)).toEqual({ count: 5, within: 3, early: 1, late: 1, errorS: { p50: 120, p95: 180 } });
});

it('leaves out who was told nothing or got nothing, and says nothing of nobody', () => {
  const { orders } = together([anOrderOf(1, 'delivered'), anOrderOf(2, 'cancelled-paid')]);
  expect(etaAccuracy(orders)).toBeUndefined();
  expect(etaAccuracy([...orders, delivered(3, 13)])).toMatchObject({ count: 1, within: 1 });
});
