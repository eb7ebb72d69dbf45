import { createTally } from '../city/ordering.ts';
import type { Measured } from '../figure.ts';
import { nowMs } from '../load/clock.ts';
import { atFixedRate, keepBusy } from '../load/in-parallel.ts';
import type { Bench } from '../measurement.ts';
import { quantile, type Spread, spreadOf } from '../statistics.ts';
import { type CpuByProcess, cpuPerOrder, createCpuReader } from './cpu-of-stack.ts';
import { runWholeOrder } from './deliver-order.ts';

const IN_FLIGHT = 40;
const ROUND_MS = 15_000;
/** The steady rate: twenty a second, or three quarters of what was just reached where that is less. */
const STEADY_A_SECOND = 20;
const STEADY_SHARE = 0.75;
const STEADY_MS = 30_000;
const OURS_TO_PAY_FOR = (name: string): boolean => name !== 'load driver';

/**
 * Orders from basket to doorstep with everything on this machine: how many a second when forty people order without a pause, what each
 * costs, and how long one takes at twenty a second. Every order must arrive.
 */
export const measureWholePath = async ({ rounds, say, city, broker }: Bench): Promise<Measured> => {
  const { ordering, stack, refreshRiders } = await city.open();
  const { what } = await broker.open();
  const readCpu = createCpuReader(stack.file());
  const tally = createTally();
  let number = 0;
  let begun = 0;
  let arrived = 0;

  const oneOrder = (onArrival: () => void) =>
    tally.guard('an order', async () => {
      begun += 1;
      await runWholeOrder(ordering, number++);
      arrived += 1;
      onArrival();
    });

  const saturated = async (forMs: number) => {
    let done = 0;
    const before = readCpu();
    const startedAt = nowMs();
    await keepBusy(IN_FLIGHT, forMs, () =>
      oneOrder(() => {
        done += 1;
      }),
    );
    const seconds = (nowMs() - startedAt) / 1_000;
    return { rate: done / seconds, cpu: cpuPerOrder(before, readCpu(), done) };
  };

  await refreshRiders();
  say('whole path: warming up');
  await saturated(ROUND_MS / 2);
  const saturatedRounds: { rate: number; cpu: CpuByProcess }[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    say(`round ${round} of ${rounds}`);
    saturatedRounds.push(await saturated(ROUND_MS));
  }

  await refreshRiders();
  const reached = spreadOf(saturatedRounds.map(({ rate }) => rate));
  const perSecond = Math.max(1, Math.min(STEADY_A_SECOND, Math.floor(reached.median * STEADY_SHARE)));
  say(`whole path: ${perSecond} orders a second`);
  const took: number[] = [];
  const steadyBefore = readCpu();
  const orders = Array.from({ length: (perSecond * STEADY_MS) / 1_000 }, (_, index) => index);
  await atFixedRate(orders, 1_000 / perSecond, (_, intendedAtMs) => oneOrder(() => took.push(nowMs() - intendedAtMs)));
  const steadyCpu = cpuPerOrder(steadyBefore, readCpu(), Math.max(1, took.length));

  const totals = saturatedRounds.map(({ cpu }) => sumOf(cpu));
  const byProcess = averageOf(saturatedRounds.map(({ cpu }) => cpu));
  const single = (value: number): Spread => ({ median: value, min: value, max: value });
  return {
    figures: [
      {
        name: `whole path, ${IN_FLIGHT} in flight`,
        unit: '/s',
        ours: reached,
        target: { of: 'figure', atLeast: 20 },
      },
      {
        name: 'CPU for one whole order, all processes',
        unit: 'ms',
        ours: spreadOf(totals),
        target: { of: 'figure', atMost: 40 },
      },
      { name: `whole path at ${perSecond}/s, basket to doorstep, p50`, unit: 'ms', ours: single(quantile(took, 0.5)) },
      { name: `whole path at ${perSecond}/s, basket to doorstep, p99`, unit: 'ms', ours: single(quantile(took, 0.99)) },
      {
        name: 'orders lost on the whole path',
        unit: 'orders',
        ours: single(begun - arrived),
        target: { of: 'figure', atMost: 0 },
      },
    ],
    notes: [
      `path: ${begun} orders, ${arrived} arrived. place, pay, webhook, accept, prepare, ready, offer, accept, pick-up, deliver, each as soon as its person has heard of the one before; the load driver shares the cores and is not in the CPU figure.`,
      `CPU-ms an order by process, mean of the saturated rounds: ${describeCpu(byProcess)}; at ${perSecond}/s: ${describeCpu(steadyCpu)}. On ${what}.`,
    ],
    details: { saturatedRounds, steady: { tookMs: took, cpu: steadyCpu } },
    faults: tally.faults(),
  };
};

const sumOf = (cpu: CpuByProcess): number =>
  Object.entries(cpu).reduce((sum, [name, ms]) => (OURS_TO_PAY_FOR(name) ? sum + ms : sum), 0);

const averageOf = (rounds: readonly CpuByProcess[]): CpuByProcess =>
  Object.fromEntries(
    Object.keys(rounds[0] ?? {}).map((name) => [
      name,
      rounds.reduce((sum, cpu) => sum + (cpu[name] ?? 0), 0) / rounds.length,
    ]),
  );

const describeCpu = (cpu: CpuByProcess): string =>
  Object.entries(cpu)
    .map(([name, ms]) => `${name} ${ms.toFixed(1)}`)
    .join(', ');
