import { createPublicKey } from 'node:crypto';
import * as z from 'zod';
import { setting } from './setting.ts';

const SECRET_BYTES = 32;
const bytes = (text: string): number => Buffer.byteLength(text);

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^[0-9]{1,15}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be from ${min} to ${max}`);

/** A port to listen on; 0 takes any free one. */
export const port = setting(wholeNumber(0, 65_535), { expected: 'a port number, 0 to 65535' });

export const logLevel = setting(z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']), {
  expected: 'fatal, error, warn, info, debug, trace or silent',
});

export const nodeEnvironment = setting(z.enum(['development', 'test', 'production']), {
  expected: 'development, test or production',
});

/** A whole number in plain units, within bounds. */
export const count = ({ min, max }: { min: number; max: number }) =>
  setting(wholeNumber(min, max), { expected: `a whole number from ${min} to ${max}` });

/** A length of time in whole seconds. */
export const seconds = ({ min = 1, max = 86_400 }: { min?: number; max?: number } = {}) =>
  setting(wholeNumber(min, max), { expected: `whole seconds from ${min} to ${max}` });

/** A length of time in whole days. */
export const days = ({ min = 1, max = 3_650 }: { min?: number; max?: number } = {}) =>
  setting(wholeNumber(min, max), { expected: `whole days from ${min} to ${max}` });

/** A distance in whole metres. */
export const metres = ({ min = 1, max = 100_000 }: { min?: number; max?: number } = {}) =>
  setting(wholeNumber(min, max), { expected: `whole metres from ${min} to ${max}` });

/** Rising distances in whole metres, comma separated: `1000,2000,5000`. */
export const metresList = setting(
  z
    .string()
    .regex(/^[1-9][0-9]{0,5}(?:,[1-9][0-9]{0,5})*$/, 'must be whole metres, comma separated')
    .transform((text) => text.split(',').map(Number))
    .refine((list) => list.every((value, at) => at === 0 || value > (list[at - 1] ?? 0)), 'must rise'),
  { expected: 'rising whole metres, comma separated, such as 1000,2000,5000' },
);

export const onOff = setting(
  z.enum(['on', 'off']).transform((text) => text === 'on'),
  { expected: 'on or off' },
);

/** An http(s) address without a path at its end: paths are appended to it. */
export const httpUrl = setting(
  z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).overwrite((text) => text.replace(/\/+$/, '')),
  { expected: 'a URL such as http://127.0.0.1:4001' },
);

const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;

/** Origins of pages, comma separated, each as a browser writes it: no path, no default port. */
export const originList = setting(
  z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .refine((list) => list.every(isOrigin), 'has an entry that is not an origin'),
  { expected: 'origins, comma separated, such as https://app.example.org' },
);

// Not z.url(): several hosts (mongodb://a:1,b:2/) are legal here and no WHATWG URL.
export const mongodbUrl = setting(z.string().regex(/^mongodb(?:\+srv)?:\/\/[^\s/]+/, 'must be a mongodb:// URL'), {
  expected: 'a URL such as mongodb://127.0.0.1:27017',
});

export const rabbitmqUrl = setting(z.url({ protocol: /^amqps?$/, error: 'must be an amqp:// or amqps:// URL' }), {
  expected: 'a URL such as amqp://user:password@127.0.0.1:5672/vhost',
});

/** The name of a queue of our own. */
export const queueName = setting(
  z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/, 'must be letters, digits, _ . -')
    .refine((name) => !name.startsWith('amq.'), 'must not start with amq.'),
  { expected: 'a queue name of letters, digits, _ . -' },
);

/** A secret we make ourselves: at least 32 bytes, a placeholder never in production. */
export const secret = setting(
  z.string().refine((text) => bytes(text) >= SECRET_BYTES, `is shorter than ${SECRET_BYTES} bytes`),
  {
    secret: true,
    expected: `a random secret of at least ${SECRET_BYTES} bytes, such as \`openssl rand -base64 48\` prints`,
  },
);

/** A secret somebody else gave us, as long as they made it. */
export const foreignSecret = setting(z.string().min(1), { secret: true, expected: 'the secret as its issuer gave it' });

/** Several foreign secrets, comma separated, the newest first: a rotation accepts both for a while. */
export const secretList = setting(
  z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .refine((list) => list.every((part) => part !== ''), 'has an empty entry'),
  { secret: true, expected: 'secrets, comma separated, the newest first' },
);

/** A PEM public key, its line breaks real or written `\n`. */
export const publicKey = setting(
  z
    .string()
    .overwrite((text) => text.replaceAll('\\n', '\n'))
    .refine((text) => {
      try {
        return createPublicKey(text).asymmetricKeyType !== undefined && !text.includes('PRIVATE KEY');
      } catch {
        return false;
      }
    }, 'is not a PEM public key'),
  { expected: 'a PEM public key (RSA of 2048 bits or more, or EC P-256)' },
);
