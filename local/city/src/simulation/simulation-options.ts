import { parseArgs } from 'node:util';
import { FAULTS, type FaultKind, isFaultKind } from './fault-plan.ts';

export type SimulationOptions = {
  readonly seed: number;
  readonly riders: number;
  readonly kitchens: number;
  readonly orders: number;
  readonly ordersPerMinute: number;
  readonly speed: number;
  /** 0: kitchens cook in seconds, whatever they say. */
  readonly prepMinutes: number;
  readonly patienceS: number;
  /** What was asked for by name, and whether `all` was: that means those this stack allows. */
  readonly faults: readonly FaultKind[];
  readonly allFaults: boolean;
  readonly data: string;
  readonly json: boolean;
};

type Read =
  | { kind: 'options'; options: SimulationOptions }
  | { kind: 'help' }
  | { kind: 'problem'; message: string; json: boolean };

/** What a whole number may be, and what it is when nobody says. */
const NUMBERS = {
  seed: { min: 0, max: 999_999_999, usual: 7 },
  riders: { min: 1, max: 2_000, usual: 40 },
  kitchens: { min: 1, max: 200, usual: 6 },
  orders: { min: 1, max: 100_000, usual: 100 },
  'orders-per-minute': { min: 1, max: 6_000, usual: 30 },
  speed: { min: 1, max: 100, usual: 1 },
  'prep-minutes': { min: 0, max: 30, usual: 0 },
  patience: { min: 10, max: 3_600, usual: 300 },
} as const;
type NumberFlag = keyof typeof NUMBERS;

const limits = (name: NumberFlag): string => {
  const { min, max, usual } = NUMBERS[name];
  return `${min.toLocaleString('en')} to ${max.toLocaleString('en')} (default ${usual})`;
};

export const SIMULATE_HELP = `npm run simulate [-- flags]: a city on the running stack, with faults, and a report of what has to hold.

  --seed N               who lives where, who wants what, and when which fault comes, ${limits('seed')}
  --riders N             registered, verified and on duty, ${limits('riders')}
  --kitchens N           ${limits('kitchens')}
  --orders N             so many customers come, and all are seen through, ${limits('orders')}
  --orders-per-minute N  by the city's clock, ${limits('orders-per-minute')}
  --speed N              people wait N times shorter, ${limits('speed')}; the services' clocks stay
  --prep-minutes N       kitchens say so many minutes and keep their word within a fifth, and the report tells how many
                         orders came within the time told to the customer, ${limits('prep-minutes')}: they
                         cook in seconds, whatever they say
  --faults LIST          comma separated, or all: those the stack allows (default none)
                           kill-service       one of the four is killed, several times
                           pause-store        the database of the stack freezes for a few seconds
                           stop-broker        the RabbitMQ of the stack is away for a few seconds
                           duplicate-webhooks each webhook comes two to four times
                           lose-webhooks      webhooks do not come; the reconciler finds the payments after a minute
                           reorder-webhooks   each flow of webhooks comes backwards
                           double-taps        kitchens and riders press every button twice at once
  --patience N           seconds without any movement until it stops waiting, and at most so long for the
                         event log and refunds at the end, ${limits('patience')}
  --data DIR             the data folder of the running stack (default .data)
  --json                 one JSON object a line on standard output (npm run --silent simulate -- --json)
  --help                 this

Whatever was switched on is switched off again at the end, and on Ctrl-C. More: docs/simulate.md
Exit codes: 0 everything holds, 1 something is broken, 2 wrong flags, 3 no stack, one that cannot do what was asked, or interrupted.`;

const TEXTS = [...Object.keys(NUMBERS), 'faults', 'data'];
const SWITCHES = ['json', 'help'];

/** The flags of `npm run simulate`; every problem with them is told at once. */
export const readSimulationOptions = (args: readonly string[]): Read => {
  const flag = (type: 'string' | 'boolean') => (name: string) => [name, { type }] as const;
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries([...TEXTS.map(flag('string')), ...SWITCHES.map(flag('boolean'))]),
      help: { type: 'boolean', short: 'h' },
    },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  if (values.help) return { kind: 'help' };

  const named = tokens.flatMap((token) => (token.kind === 'option' ? token.name : []));
  const problems = [
    ...Object.keys(values)
      .filter((name) => ![...TEXTS, ...SWITCHES].includes(name))
      .map((name) => `there is no ${name.length === 1 ? '-' : '--'}${name}`),
    ...positionals.map((text) => `no flag takes ${text}`),
    ...named.filter((name, index) => named.indexOf(name) !== index).map((name) => `--${name} stands there twice`),
    ...SWITCHES.filter((name) => typeof values[name] === 'string').map((name) => `--${name} takes no value`),
  ];
  const isInline = (name: string) =>
    tokens.some((token) => token.kind === 'option' && token.name === name && token.inlineValue === true);
  const textOf = (name: string, usual: string): string => {
    const given = values[name] ?? usual;
    // Another flag where the value should be: the value was forgotten.
    const isForgotten = typeof given !== 'string' || given === '' || (given.startsWith('--') && !isInline(name));
    if (!isForgotten) return given;
    problems.push(`--${name} needs a value`);
    return usual;
  };
  const numberOf = (name: NumberFlag): number => {
    const { min, max, usual } = NUMBERS[name];
    const text = textOf(name, String(usual));
    const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    problems.push(`--${name} takes a whole number from ${min} to ${max}`);
    return usual;
  };
  const wanted = values.faults === undefined ? [] : textOf('faults', 'all').split(',');
  const faults = new Set<FaultKind>();
  for (const name of wanted.map((one) => one.trim())) {
    if (isFaultKind(name)) faults.add(name);
    else if (name !== 'all') problems.push(`--faults knows no ${name || 'empty name'}: ${FAULTS.join(', ')} or all`);
  }
  const options: SimulationOptions = {
    seed: numberOf('seed'),
    riders: numberOf('riders'),
    kitchens: numberOf('kitchens'),
    orders: numberOf('orders'),
    ordersPerMinute: numberOf('orders-per-minute'),
    speed: numberOf('speed'),
    prepMinutes: numberOf('prep-minutes'),
    patienceS: numberOf('patience'),
    faults: [...faults],
    allFaults: wanted.some((name) => name.trim() === 'all'),
    data: textOf('data', '.data'),
    json: values.json === true,
  };
  if (problems.length === 0) return { kind: 'options', options };
  // What is wrong in the same way twice is said once.
  const message = `${[...new Set(problems)].join('; ')}. See npm run simulate -- --help`;
  return { kind: 'problem', message: message.charAt(0).toUpperCase() + message.slice(1), json: options.json };
};
