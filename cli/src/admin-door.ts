import { signUserToken } from '@tiffin/platform/auth/tokens';
import { readStackFile } from '@tiffin/stack/stack-file';
import { signingSecret } from './signing-secret.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Which utils service is asked, and who asks. */
export type AdminDoor = {
  readonly data: string;
  readonly utilsUrl: string | undefined;
  readonly token: string | undefined;
};
type Found = { kind: 'door'; url: string; token: string } | { kind: 'problem'; message: string };

/** The flags of every command that asks the utils service for an admin. */
export const ADMIN_FLAGS = {
  data: { type: 'string', default: '.data' },
  'utils-url': { type: 'string' },
  token: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Their lines of a command's help, around what `--json` prints. */
export const adminFlagsHelp = (
  json: string,
): string => `  --data DIR       the data folder of the running stack (default .data)
  --utils-url URL  another utils service than that stack's; needs a token
  --token TOKEN    an admin's token; TIFFIN_TOKEN is not seen by who lists processes
  --json           ${json}
  --help           this`;

type AdminFlags = { data: string; 'utils-url'?: string | undefined; token?: string | undefined };

/** The door these flags name. */
export const readAdminDoor = ({ data, 'utils-url': utilsUrl, token }: AdminFlags) =>
  utilsUrl !== undefined && !/^https?:\/\//.test(utilsUrl)
    ? ({ kind: 'problem', message: '--utils-url takes http://… or https://….' } as const)
    : ({ kind: 'door', door: { data, utilsUrl, token } satisfies AdminDoor } as const);

/** A flag that would be without effect is a mistake. */
export const flagWithoutEffect = <Name extends string>(
  flags: { readonly [name in Name]: string | undefined },
  names: readonly NoInfer<Name>[],
): string | undefined => {
  const given = names.find((name) => flags[name] !== undefined);
  return given === undefined ? undefined : `--${given} says nothing here.`;
};

const TOKEN_TTL_S = 600;

/**
 * Where the utils service is asked and with whose token: those given, else the running stack's, whose secret signs a token for a few
 * minutes, in the name of the command. A service that is named by its address never gets a token made with another's secret.
 */
export const findAdminDoor = async (
  { data, utilsUrl, token }: AdminDoor,
  command: string,
  env: Environment,
): Promise<Found> => {
  const given = token ?? env.TIFFIN_TOKEN?.trim();
  if (utilsUrl !== undefined) {
    return given
      ? { kind: 'door', url: utilsUrl.replace(/\/+$/, ''), token: given }
      : { kind: 'problem', message: '--utils-url needs an admin’s token: TIFFIN_TOKEN or --token.' };
  }
  const stack = await readStackFile(data);
  if (!stack) {
    const message = `No stack runs on ${data}. Start one (npm start), name its folder (--data DIR), or give --utils-url and a token.`;
    return { kind: 'problem', message };
  }
  if (given) return { kind: 'door', url: stack.urls.utils, token: given };
  const signing = await signingSecret(data, env);
  if (signing.kind === 'problem') return signing;
  const signed = signUserToken({ secret: signing.secret, role: 'admin', sub: command, ttlSeconds: TOKEN_TTL_S });
  return { kind: 'door', url: stack.urls.utils, token: signed };
};
