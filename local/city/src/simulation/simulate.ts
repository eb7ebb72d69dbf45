import { setTimeout as pause } from 'node:timers/promises';
import { SECOND } from '@tiffin/platform/clock';
import { type CityPlan, runCity } from '../city.ts';
import { createDoors } from '../doors.ts';
import { doubleTapping } from '../double-taps.ts';
import { liveLine } from '../live-line.ts';
import { createPace } from '../pace.ts';
import type { StackFile } from '../stack-file.ts';
import { createBank } from './bank.ts';
import { createCollector } from './collect-facts.ts';
import { etaAccuracy } from './eta-accuracy.ts';
import type { Facts } from './facts.ts';
import { FAULTS, type FaultKind, planFaults, windowMsOf } from './fault-plan.ts';
import { type Interrupted, stillOutText } from './interrupted-text.ts';
import { awaitedOrders, judge } from './judge.ts';
import { isKept, type SimulationReport } from './report.ts';
import { type StillOut, sendHome } from './send-home.ts';
import { createSightings, type Sightings } from './sightings.ts';
import type { SimulationOptions } from './simulation-options.ts';
import { createSupervisor } from './supervisor.ts';
import { createTroubles } from './troubles.ts';

export type Outcome =
  | { readonly kind: 'judged'; readonly kept: boolean }
  | ({ readonly kind: 'interrupted' } & Interrupted)
  | { readonly kind: 'no-stack' }
  /** The stack cannot do what was asked. */
  | { readonly kind: 'impossible'; readonly reason: string };

/** What of the stack has to be breakable for it. */
const BREAKS: Partial<Record<FaultKind, string>> = { 'pause-store': 'store', 'stop-broker': 'rabbitmq' };

/**
 * Besides customers who never pay, the run has those whose money has to go back. Trips are short: no hurry makes a rider faster than the
 * services believe, and trips are what takes longest.
 */
const EVENTFUL = { whims: { unpaid: 0.03, paid: 0.04 }, rejects: 0.03, reachM: 300 } as const;

const LOOK_EVERY_MS = SECOND;
/** A person who interrupts is not kept waiting for long. */
const HOME_WITHIN_MS = 10 * SECOND;

/**
 * One run of a city with an end on a running stack: people come, faults happen, every order is seen through, and what the public doors say
 * of it all is judged. Whatever was switched on is off again when this resolves or rejects, and its people have gone home.
 */
export const simulate = async ({
  options,
  stack,
  report,
  interrupted,
}: {
  options: SimulationOptions;
  stack: StackFile;
  report: SimulationReport;
  interrupted: AbortSignal;
}): Promise<Outcome> => {
  const supervisor = createSupervisor(stack);
  const status = await supervisor.look();
  if (!status) return { kind: 'no-stack' };
  const { children, unbreakable } = status;
  if (!children.has('razorpay')) {
    return { kind: 'impossible', reason: 'It has no fake Razorpay (RAZORPAY_API_URL is set), and nobody could pay.' };
  }
  const lacking = (kind: FaultKind) => {
    const why = unbreakable.get(BREAKS[kind] ?? '');
    return why === undefined ? undefined : `${kind}: ${why}`;
  };
  const refused = options.faults.flatMap((kind) => lacking(kind) ?? []);
  if (refused.length > 0) return { kind: 'impossible', reason: `${refused.join('; ')}.` };
  const kinds = options.allFaults ? FAULTS.filter((kind) => lacking(kind) === undefined) : options.faults;
  for (const reason of options.allFaults ? FAULTS.flatMap((kind) => lacking(kind) ?? []) : []) {
    report.note(`left out ${reason}`);
  }
  if (children.has('city'))
    report.note('The stack has a city of its own; its people and those of this run share the streets.');

  const startedAt = new Date();
  const nowMs = () => performance.now();
  const began = nowMs();
  const sightings = createSightings({ nowMs });
  const bank = createBank(stack.urls.razorpay);
  const plan: CityPlan = { ...options, ...EVENTFUL, name: `sim-${startedAt.getTime().toString(36)}` };
  const troubles = createTroubles({
    plan: planFaults({ kinds, seed: options.seed, windowMs: windowMsOf(options) }),
    supervisor,
    bank,
    tell: report.fault,
  });
  let mayBeOut = true;
  const putBack = async (): Promise<StillOut> => {
    await troubles.calm();
    if (!mayBeOut) return { riders: 0, kitchens: 0 };
    mayBeOut = false;
    return goHome({ sightings, stack });
  };
  const interruption = async (): Promise<Outcome> => {
    report.note('Everybody goes home; a second Ctrl-C ends it at once.');
    const stillOut = await putBack();
    return { kind: 'interrupted', underWay: sightings.orders.size - sightings.ended.size, stillOut };
  };
  try {
    const isThere = async () => (await supervisor.look()) !== undefined;
    const lived = await live({ plan, options, stack, sightings, troubles, report, interrupted, began, isThere });
    // Where nobody answers nobody can be told, and after a city's own end everybody is at home.
    mayBeOut = lived !== 'alone' && lived !== 'over';
    if (lived === 'alone') return { kind: 'no-stack' };
    if (interrupted.aborted) return await interruption();
    await troubles.calm();
    if (interrupted.aborted) return await interruption();
    if (lived === 'stuck') report.note(`Nothing moved for ${options.patienceS} s; judging what there is.`);

    const facts = await gather({ plan, options, stack, sightings, bank, since: startedAt, interrupted });
    if (interrupted.aborted) return await interruption();
    if (!facts) return { kind: 'no-stack' };
    const invariants = judge(facts);
    report.verdict({
      seed: options.seed,
      orders: sightings.orders.size,
      byStatus: sightings.ledger.summary().byStatus,
      invariants,
      latencies: sightings.latencies(),
      // Kitchens that do not mean what they say would measure nothing.
      eta: options.prepMinutes > 0 ? etaAccuracy(facts.orders) : undefined,
      faults: troubles.happened,
      tookMs: nowMs() - began,
    });
    return { kind: 'judged', kept: isKept({ invariants }) };
  } finally {
    const left = stillOutText(await putBack());
    if (left !== undefined) report.note(left);
  }
};

/** Sends everybody home as long as it may take. */
const goHome = async ({ sightings, stack }: Pick<Run, 'sightings' | 'stack'>): Promise<StillOut> => {
  const closing = new AbortController();
  const deadline = setTimeout(() => closing.abort(), HOME_WITHIN_MS);
  const { urls, secrets } = stack;
  try {
    return await sendHome({
      workers: sightings.workers,
      doors: createDoors({ urls, jwtSecret: secrets.JWT_SECRET, closing: closing.signal }),
    });
  } finally {
    clearTimeout(deadline);
    closing.abort();
  }
};

type Run = {
  readonly plan: CityPlan;
  readonly options: SimulationOptions;
  readonly stack: StackFile;
  readonly sightings: Sightings;
  readonly interrupted: AbortSignal;
};

/** Lets the city live until everybody has gone home, nothing moves any more, or somebody interrupts. Nobody acts afterwards. */
const live = async ({
  plan,
  options,
  stack,
  sightings,
  troubles,
  report,
  interrupted,
  began,
  isThere,
}: Run & {
  troubles: ReturnType<typeof createTroubles>;
  report: SimulationReport;
  began: number;
  /** Whether the stack still runs: people would wait for one that was stopped as for one that starts again. */
  isThere(): Promise<boolean>;
}): Promise<'over' | 'stuck' | 'alone' | 'interrupted'> => {
  const closing = new AbortController();
  const doors = createDoors({ urls: stack.urls, jwtSecret: stack.secrets.JWT_SECRET, closing: closing.signal });
  let over = false;
  const city = runCity({
    plan,
    doors: doubleTapping(doors, troubles.areTapsDouble),
    pace: createPace({ speed: options.speed, closing: closing.signal }),
    ledger: sightings.ledger,
    witness: sightings.witness,
  }).then(() => {
    over = true;
  });
  // Once the city is closed, whoever was in the middle of something may fail; nobody waits for that.
  city.catch(() => undefined);
  troubles.begin();
  try {
    while (!over) {
      await Promise.race([city, pause(LOOK_EVERY_MS, undefined, { signal: interrupted }).catch(() => undefined)]);
      if (interrupted.aborted) return 'interrupted';
      report.progress({
        seconds: Math.round((performance.now() - began) / SECOND),
        orders: sightings.orders.size,
        ended: sightings.ended.size,
        of: options.orders,
        text: liveLine(sightings.ledger.summary()),
      });
      if (performance.now() - sightings.movedAtMs() > options.patienceS * SECOND) return 'stuck';
      if (!(await isThere())) return 'alone';
    }
    return 'over';
  } finally {
    closing.abort();
  }
};

/** Reads the facts until nothing more is awaited, or patience ends; undefined when the stack does not answer. */
const gather = async ({
  plan,
  options,
  stack,
  sightings,
  bank,
  since,
  interrupted,
}: Run & { bank: ReturnType<typeof createBank>; since: Date }): Promise<Facts | undefined> => {
  const closing = new AbortController();
  const deadline = setTimeout(() => closing.abort(), 2 * options.patienceS * SECOND);
  const stop = () => closing.abort();
  interrupted.addEventListener('abort', stop, { once: true });
  const collector = createCollector({
    doors: createDoors({ urls: stack.urls, jwtSecret: stack.secrets.JWT_SECRET, closing: closing.signal }),
    bank,
    sightings,
    riders: sightings.riders,
    name: plan.name,
    since: since.toISOString(),
  });
  const until = performance.now() + options.patienceS * SECOND;
  try {
    let facts = await collector.all();
    for (let awaited = awaitedOrders(facts); awaited.size > 0; awaited = awaitedOrders(facts)) {
      if (performance.now() > until) break;
      await pause(LOOK_EVERY_MS, undefined, { signal: interrupted });
      facts = await collector.anew(facts, awaited);
    }
    return facts;
  } catch {
    return undefined;
  } finally {
    clearTimeout(deadline);
    interrupted.removeEventListener('abort', stop);
    closing.abort();
  }
};
