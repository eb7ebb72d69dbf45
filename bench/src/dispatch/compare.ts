import type { Figure, Measured } from '../figure.ts';
import type { Bench } from '../measurement.ts';
import { ratioOf, spreadOf } from '../statistics.ts';
import { matchInBatches } from './batch-strategy.ts';
import { judge, type Verdict } from './judge.ts';
import { asTheServiceDoes, serviceConfig } from './service-strategy.ts';
import { askNearest } from './simple-strategies.ts';
import { createWorld, type Scenario, type Strategy, type World } from './world.ts';

/** Cities a strategy is tried in; the same for each strategy. */
export const SEEDS = 10;

const SCENARIOS = {
  calm: { name: '300 riders, 9 orders a minute', riders: 300, ordersPerMinute: 9, hours: 4 },
  large: { name: '1,000 riders, 30 orders a minute', riders: 1_000, ordersPerMinute: 30, hours: 4 },
  scarce: { name: 'overload: 230 riders, 12 orders a minute, 2 h', riders: 230, ordersPerMinute: 12, hours: 2 },
  reluctant: {
    name: '300 riders, 9 orders a minute, 2 h, every fifth rider takes offers less than half as readily',
    riders: 300,
    ordersPerMinute: 9,
    hours: 2,
    reluctant: 0.2,
  },
} as const satisfies Record<string, Scenario>;

type Make = (world: World) => Strategy;
type Tried = { readonly name: string; readonly make: Make };
type Weighed = { readonly age: number; readonly idle: number; readonly refusal: number; readonly thinking: number };

const DISTANCE_ALONE: Weighed = { age: 0, idle: 0, refusal: 0, thinking: 0 };
const settingsOf = ({ age, idle, refusal, thinking }: Weighed) => ({
  SCORE_AGE_M_PER_S: String(age),
  SCORE_IDLE_M_PER_MIN: String(idle),
  SCORE_REFUSAL_M: String(refusal),
  SCORE_THINKING_M: String(thinking),
});
const weighing = (weights: Weighed): Make => asTheServiceDoes(serviceConfig(settingsOf(weights)));
const defaults = (): Weighed => {
  const { SCORE_AGE_M_PER_S, SCORE_IDLE_M_PER_MIN, SCORE_REFUSAL_M, SCORE_THINKING_M } = serviceConfig({});
  return {
    age: SCORE_AGE_M_PER_S,
    idle: SCORE_IDLE_M_PER_MIN,
    refusal: SCORE_REFUSAL_M,
    thinking: SCORE_THINKING_M,
  };
};

const OURS = "the service's own search and score";
const EVERYBODY = 'everybody within 5 km, once';
const strategies = (): readonly Tried[] => [
  {
    name: EVERYBODY,
    make: askNearest({ atOnce: Number.POSITIVE_INFINITY, offerMs: Number.POSITIVE_INFINITY, oneOffer: false }),
  },
  { name: 'the nearest, one by one, 15 s', make: askNearest({ atOnce: 1, offerMs: 15_000, oneOffer: true }) },
  { name: 'the nearest three at once, 12 s', make: askNearest({ atOnce: 3, offerMs: 12_000, oneOffer: true }) },
  { name: "the service's search by distance alone", make: weighing(DISTANCE_ALONE) },
  { name: OURS, make: asTheServiceDoes(serviceConfig({})) },
  { name: 'optimal assignment every 2 s, 15 s', make: matchInBatches },
];

/** One weight at a time moved away from the default. */
const weightings = (): readonly Tried[] => {
  const usual = defaults();
  const moved: readonly Weighed[] = [
    { ...usual, thinking: 0 },
    { ...usual, age: 0 },
    { ...usual, age: 50 },
    { ...usual, idle: 0 },
    { ...usual, idle: 10 },
    { ...usual, idle: 100 },
    { ...usual, refusal: 0 },
    { ...usual, refusal: 2_000 },
  ];
  return [usual, ...moved].map((weights, index) => ({
    name: `${weights.age} / ${weights.idle} / ${weights.refusal} / ${weights.thinking}${index === 0 ? ' (default)' : ''}`,
    make: weighing(weights),
  }));
};

const COLUMNS: readonly { head: string; of: keyof Verdict; digits: number }[] = [
  { head: 'assigned after, p50 s', of: 'assignP50S', digits: 1 },
  { head: 'p95 s', of: 'assignP95S', digits: 1 },
  { head: 'to the pickup, km', of: 'pickupKm', digits: 2 },
  { head: 'offers an order', of: 'offersPerOrder', digits: 2 },
  { head: 'lost taps an order', of: 'lostTapsPerOrder', digits: 2 },
  { head: 'unassigned, %', of: 'unassignedPercent', digits: 2 },
  { head: 'Gini', of: 'gini', digits: 3 },
];

type Outcome = { readonly name: string; readonly verdicts: readonly Verdict[] };

const tableOf = (first: string, outcomes: readonly Outcome[]): string => {
  const rows = outcomes.map(({ name, verdicts }) => {
    const cells = COLUMNS.map(({ of, digits }) => spreadOf(verdicts.map((one) => one[of])).median.toFixed(digits));
    return `| ${[name, ...cells].join(' | ')} |`;
  });
  const head = `| ${[first, ...COLUMNS.map(({ head: words }) => words)].join(' | ')} |`;
  return [head, `|${'---|'.repeat(COLUMNS.length + 1)}`, ...rows].join('\n');
};

const tryAll = async (tried: readonly Tried[], scenario: Scenario, seeds: number, say: Bench['say']) => {
  const outcomes: Outcome[] = [];
  for (const { name, make } of tried) {
    const verdicts: Verdict[] = [];
    for (let seed = 1; seed <= seeds; seed += 1) {
      const world = createWorld(scenario, seed);
      verdicts.push(judge(await world.run(make(world))));
    }
    outcomes.push({ name, verdicts });
    say(`${scenario.name}: ${name}`);
  }
  return outcomes;
};

const figuresOf = (scenario: Scenario, outcomes: readonly Outcome[]): readonly Figure[] => {
  const of = (name: string, column: keyof Verdict) =>
    outcomes.find((outcome) => outcome.name === name)?.verdicts.map((verdict) => verdict[column]) ?? [];
  const line = (words: string, column: keyof Verdict, unit: Figure['unit'], target?: number): Figure => {
    const [ours, theirs] = [of(OURS, column), of(EVERYBODY, column)];
    return {
      name: `dispatch: ${words}, ${scenario.name}`,
      unit,
      ours: spreadOf(ours),
      beside: { what: 'everybody at once', figure: spreadOf(theirs), ratio: ratioOf(ours, theirs) },
      ...(target !== undefined && { target: { of: 'ratio', atMost: target } }),
    };
  };
  return [
    line('way to the pickup', 'pickupKm', 'km', 0.5),
    line('offers an order', 'offersPerOrder', 'offers', 0.05),
    line('ready to assigned, p50', 'assignP50S', 's'),
  ];
};

/**
 * Ways of asking riders, each in the same simulated cities: nothing but this process, and of the rider service its own code. Measures the
 * quality of matches, not speed.
 */
export const measureDispatch = async ({ say }: Bench): Promise<Measured> => {
  const tables: string[] = [];
  const figures: Figure[] = [];
  const details: Record<string, unknown> = {};
  for (const scenario of [SCENARIOS.calm, SCENARIOS.large, SCENARIOS.scarce]) {
    const outcomes = await tryAll(strategies(), scenario, SEEDS, say);
    tables.push(`${scenario.name}\n\n${tableOf('who is asked', outcomes)}`);
    details[scenario.name] = outcomes;
    if (scenario !== SCENARIOS.scarce) figures.push(...figuresOf(scenario, outcomes));
  }
  const weighed = await tryAll(weightings(), SCENARIOS.reluctant, SEEDS, say);
  tables.push(`${SCENARIOS.reluctant.name}\n\n${tableOf('weights: age / idle / refusal / thinking', weighed)}`);
  details[SCENARIOS.reluctant.name] = weighed;
  return {
    figures,
    tables,
    notes: [
      `dispatch: medians over ${SEEDS} simulated cities, the same for every strategy; seconds are simulated ones, and no figure depends on this machine.`,
    ],
    details,
    faults: [],
  };
};
