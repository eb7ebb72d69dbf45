import { signUserToken } from '@tiffin/platform/auth/tokens';
import { readStackFile } from '@tiffin/stack/stack-file';
import type { LedgerDoor } from './ledger-request.ts';
import { signingSecret } from './signing-secret.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Found = { kind: 'door'; url: string; token: string } | { kind: 'problem'; message: string };

const TOKEN_TTL_S = 600;

/**
 * Where the ledger is asked and with whose token: those given, else the running stack's, whose secret signs a token for a few minutes.
 * A service that is named by its address never gets a token made with another's secret.
 */
export const findLedgerDoor = async ({ data, utilsUrl, token }: LedgerDoor, env: Environment): Promise<Found> => {
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
  const signed = signUserToken({ secret: signing.secret, role: 'admin', sub: 'ledger-cli', ttlSeconds: TOKEN_TTL_S });
  return { kind: 'door', url: stack.urls.utils, token: signed };
};
