import { parseArgs } from 'node:util';

export const MEASUREMENTS = [
  'publish',
  'consume',
  'store',
  'offer',
  'fanout',
  'path',
  'order',
  'webhooks',
  'reconcile',
  'boot',
  'console',
  'near',
  'positions',
  'dispatch',
] as const;
export type MeasurementName = (typeof MEASUREMENTS)[number];

export type Options = {
  readonly only: readonly MeasurementName[];
  readonly rounds: number;
  readonly riders: number;
  readonly million: boolean;
  readonly json: boolean;
};
export type ReadOptions =
  | { readonly kind: 'options'; readonly options: Options }
  | { readonly kind: 'help' }
  | { readonly kind: 'problem'; readonly message: string };

const DEFAULT_ROUNDS = 5;
const DEFAULT_RIDERS = 10_000;

export const HELP = `npm run bench [-- flags]: measures Tiffin on this machine, each figure beside a peer or limit measured in the same run.

  --only NAME    only this one; may be given several times. NAME is one of
                   publish  confirmed messages a second, beside raw amqplib
                   consume  messages taken and settled a second, beside raw amqplib
                   store    what the embedded document store does, beside a server that does nothing and raw libsql
                   offer    from ready to the offer on the rider's socket, at 1,000 orders a minute
                   fanout   offers to 10, 50 and 200 riders' sockets, beside one HTTP call to the emit door for each
                   path     orders a second from basket to doorstep, none lost, with CPU per order
                   order    place, pay, ready with 50 orders in flight, beside a stand-in of the common course implementation
                   webhooks  the answer to 200 webhooks a second, beside an express server that only verifies
                   reconcile  1,000 lost payments recovered, beside asking the gateway alone
                   boot     from start to ready, and memory when idle
                   console  frames a second with 2,000 riders on the map, in Chromium
                   near     the nearest 10 riders within 5 km: the database, a grid in the process, Redis
                   positions  GPS points a core-second through the rider service, and what they write
                   dispatch who is asked for an order, six ways in simulated cities (takes minutes, needs nothing)
  --rounds N     measured rounds of each side, after one that warms up (default ${DEFAULT_ROUNDS})
  --riders N     riders on duty for offer, path and order (default ${DEFAULT_RIDERS})
  --million      near also among 1,000,000 riders, without the database
  --json         the results on standard output, as they are written to bench/results/
  --help         this

Needs RabbitMQ where npm start needs it. Nothing else should run meanwhile: the load and all that is measured share this machine's cores.
Exit codes: 0 measured (a missed target is in the table, not an error), 1 something could not be measured, requests failed or orders were lost,
2 wrong flags.`;

const wholeNumber = (text: string, min: number, max: number): number | undefined => {
  const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
};

const isMeasurement = (name: string): name is MeasurementName => MEASUREMENTS.some((known) => known === name);

/** The flags of `npm run bench`. */
export const readOptions = (args: readonly string[]): ReadOptions => {
  let values: { only?: string[]; rounds: string; riders: string; million: boolean; json: boolean; help: boolean };
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', multiple: true },
        rounds: { type: 'string', default: String(DEFAULT_ROUNDS) },
        riders: { type: 'string', default: String(DEFAULT_RIDERS) },
        million: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }));
  } catch (error) {
    return problem(error instanceof Error ? error.message : String(error));
  }
  if (values.help) return { kind: 'help' };

  const asked = (values.only ?? []).flatMap((names) => names.split(','));
  const unknown = asked.find((name) => !isMeasurement(name));
  if (unknown !== undefined) return problem(`--only ${unknown} is none of ${MEASUREMENTS.join(', ')}.`);
  const rounds = wholeNumber(values.rounds, 1, 1_000);
  if (rounds === undefined) return problem('--rounds takes a whole number from 1 to 1000.');
  const riders = wholeNumber(values.riders, 1_000, 100_000);
  if (riders === undefined) return problem('--riders takes a whole number from 1000 to 100000.');
  const only = asked.length === 0 ? MEASUREMENTS : MEASUREMENTS.filter((name) => asked.includes(name));
  return { kind: 'options', options: { only, rounds, riders, million: values.million, json: values.json } };
};

const problem = (message: string): ReadOptions => ({
  kind: 'problem',
  message: `${message} See npm run bench -- --help`,
});
