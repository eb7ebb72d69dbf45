import { type Role, role, userId } from '@tiffin/contracts/claims';
import { line } from '@tiffin/contracts/text';
import { readCommandLine, wantsWholeNumber, wholeNumber } from '@tiffin/stack/command-line';

/** What the services accept at most: 24 hours. */
const LONGEST_TTL_S = 24 * 3_600;
const TTL_BOUNDS = { min: 1, max: LONGEST_TTL_S };
const DEFAULT_TTL_S = 3_600;

export type TokenRequest = {
  kind: 'request';
  role: Role;
  sub: string;
  name: string | undefined;
  ttlSeconds: number;
  data: string;
};

export const TOKEN_HELP = `npm run token -- --role ROLE --sub ID [flags]: prints a token for development.

  --role ROLE   ${role.options.join(', ')}
  --sub ID      who it is: letters, digits, _ and -, at most 64
  --name NAME   a name for people
  --ttl N       seconds until it expires, at most ${LONGEST_TTL_S} (default ${DEFAULT_TTL_S})
  --data DIR    the data folder of the running stack (default .data)
  --json        one JSON object: {"token","role","sub","ttlSeconds"}
  --help        this

Signed with JWT_SECRET, or with the secret of the stack that runs on DIR.
Exit codes: 0 printed, 1 no secret or production, 2 wrong flags.`;

type Read = TokenRequest | { kind: 'help' } | { kind: 'problem'; message: string };

const wrong = (message: string): Read => ({ kind: 'problem', message: `${message} See npm run token -- --help` });

/** The flags of `npm run token`. */
export const readTokenRequest = (args: readonly string[]): Read => {
  const read = readCommandLine(args, {
    role: { type: 'string' },
    sub: { type: 'string' },
    name: { type: 'string' },
    ttl: { type: 'string', default: String(DEFAULT_TTL_S) },
    data: { type: 'string', default: '.data' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (read.kind === 'problem') return wrong(read.message);
  const { values } = read;
  if (values.help) return { kind: 'help' };
  const roleRead = role.safeParse(values.role);
  if (!roleRead.success) return wrong(`--role takes one of ${role.options.join(', ')}.`);
  const sub = userId.safeParse(values.sub);
  if (!sub.success) return wrong('--sub takes 1 to 64 letters, digits, _ and -.');
  const ttlSeconds = wholeNumber(values.ttl, TTL_BOUNDS);
  if (ttlSeconds === undefined) return wrong(wantsWholeNumber('--ttl', TTL_BOUNDS));
  const name = line({ max: 120 }).optional().safeParse(values.name);
  if (!name.success) return wrong('--name takes one line of at most 120 characters.');
  return { kind: 'request', role: roleRead.data, sub: sub.data, name: name.data, ttlSeconds, data: values.data };
};
