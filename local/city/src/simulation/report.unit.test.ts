import { expect, it } from 'vitest';
import { humanReport, jsonReport, type Verdict } from './report.ts';

const aVerdict = (broken = 0): Verdict => ({
  seed: 7,
  orders: 12,
  byStatus: { delivered: 11, cancelled: 1 },
  invariants: [
    { name: 'every-order-ends', says: 'every answered order came to an end', checked: 12, violations: [] },
    {
      name: 'riders-free',
      says: 'no rider is left busy',
      checked: 30,
      violations: Array.from({ length: broken }, (_, index) => ({
        id: `rider-${index}`,
        problem: 'still has an order',
      })),
    },
  ],
  latencies: {
    paidToKitchenMs: { p50: 12.34, p95: 99, count: 11 },
    readyToOfferMs: undefined,
    placedToDeliveredMs: { p50: 31_000, p95: 45_500, count: 11 },
  },
  eta: { count: 11, within: 9, early: 0, late: 2, errorS: { p50: 42, p95: 181 } },
  faults: [
    { at: '2026-11-01T10:00:00.000Z', kind: 'kill-service', state: 'begun', what: 'rider was killed' },
    { at: '2026-11-01T10:00:09.000Z', kind: 'double-taps', state: 'ended', what: 'kitchens and riders tap twice' },
  ],
  tookMs: 61_234,
});

const human = (hasColour = false) => {
  let said = '';
  const write = (text: string) => {
    said += text;
  };
  const screen = { write, complain: write, isTerminal: hasColour, hasColour, columns: () => 80 };
  return { report: humanReport(screen), said: () => said };
};

it('shows a person what holds, how quick it was, and which faults happened when', () => {
  const { report, said } = human();
  report.verdict(aVerdict());
  for (const part of [
    'seed 7 · 12 orders in 61.2 s: delivered 11 · cancelled 1',
    '10:00:00  rider was killed',
    '✓ riders-free',
    '30 looked at',
    'p50 12.3 ms, p95 99.0 ms (11)',
    'p50 31.0 s, p95 45.5 s (11)',
    '9 of 11 within the range, 0 before, 2 after; p50 42 s, p95 181 s from its middle',
    'Everything holds.',
  ])
    expect(said()).toContain(part);
  expect(said()).not.toContain('kitchens and riders tap twice');
  expect(said()).not.toContain('\x1b');
});

it('names five of what breaks an invariant, and counts the others', () => {
  const { report, said } = human(true);
  report.verdict(aVerdict(7));
  expect(said()).toContain('\x1b[31m✗\x1b[0m riders-free');
  expect(said()).toContain('30 looked at, 7 broken');
  expect(said()).toContain('rider-4 still has an order');
  expect(said()).not.toContain('rider-5 ');
  expect(said()).toContain('and 2 more');
  expect(said()).toContain('Something is broken.');
});

it('tells a program the same in one line', () => {
  const lines: string[] = [];
  jsonReport({ write: (text) => lines.push(text) }).verdict(aVerdict(7));
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    event: 'report',
    seed: 7,
    orders: 12,
    kept: false,
    invariants: [
      { name: 'every-order-ends', checked: 12, broken: 0, violations: [] },
      {
        name: 'riders-free',
        checked: 30,
        broken: 7,
        violations: [0, 1, 2, 3, 4].map((index) => ({ id: `rider-${index}` })),
      },
    ],
  });
});

it('keeps a line that moves within the width of the terminal', () => {
  const { report, said } = human(true);
  report.progress({ seconds: 3, orders: 1, ended: 0, of: 12, text: 'x'.repeat(200) });
  report.note('a note');
  const [line = '', rest = ''] = said().split('\r\x1b[K').slice(1);
  expect(line).toHaveLength(79);
  expect(rest).toBe('a note\n');
});
