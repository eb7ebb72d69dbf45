import { readCommandLine, wantsWholeNumber, wholeNumber } from './command-line.ts';
import { DEFAULT_PORT_BASE, PORT_BASE_BOUNDS } from './ports.ts';

export type StackOptions = {
  readonly city: boolean;
  readonly json: boolean;
  readonly portBase: number;
  readonly data: string;
  readonly fresh: boolean;
  readonly install: boolean;
};

type OptionsResult =
  | { kind: 'options'; options: StackOptions }
  | { kind: 'help' }
  | { kind: 'problem'; message: string; json: boolean };

export const START_HELP = `npm start [-- flags]: the whole of Tiffin on this machine, for development.

  --no-city         no simulated customers, kitchens and riders
  --port-base N     ports N to N+74 (default ${DEFAULT_PORT_BASE}): N the door, +1 restaurant, +2 rider, +3 realtime,
                    +4 utils, +10 fake Razorpay, +17 document store, +72 to +74 a RabbitMQ of its own
  --data DIR        where it keeps everything (default .data)
  --fresh           forgets what DIR holds first
  --install         may install RabbitMQ when none is found (apt-get through sudo, or brew)
  --json            one JSON object a line on standard output (npm start --silent -- --json)
  --help            this

MONGODB_URL, RABBITMQ_URL, REDIS_URL and every other variable of .env.example given to it reach the services.
Exit codes: 0 stopped on request, 1 could not start, 2 wrong flags, 78 wrong configuration.`;

/** The flags of `npm start`. */
export const readOptions = (args: readonly string[]): OptionsResult => {
  const json = args.includes('--json');
  const line = readCommandLine(args, {
    'no-city': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    'port-base': { type: 'string', default: String(DEFAULT_PORT_BASE) },
    data: { type: 'string', default: '.data' },
    fresh: { type: 'boolean', default: false },
    install: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (line.kind === 'problem') return { ...line, message: `${line.message} See npm start -- --help`, json };
  const { values } = line;
  if (values.help) return { kind: 'help' };

  const portBase = wholeNumber(values['port-base'], PORT_BASE_BOUNDS);
  if (portBase === undefined) {
    const message = `${wantsWholeNumber('--port-base', PORT_BASE_BOUNDS)} See npm start -- --help`;
    return { kind: 'problem', message, json };
  }
  if (values.data === '')
    return { kind: 'problem', message: '--data takes the name of a folder. See npm start -- --help', json };
  const { data, fresh, install } = values;
  return { kind: 'options', options: { city: !values['no-city'], json, portBase, data, fresh, install } };
};
