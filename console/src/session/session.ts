import { type ReadonlySignal, signal } from '@preact/signals';
import { stackSignIn } from '@tiffin/contracts/console-api';
import * as z from 'zod';

/** Who is signed in: an admin, and in development also the supervisor's key. */
const session = z.object({ token: z.string(), stackKey: z.string().optional() });
export type Session = z.infer<typeof session>;

export type Sessions = {
  readonly current: ReadonlySignal<Session | undefined>;
  begin(session: Session): void;
  end(): void;
};

const KEY = 'tiffin-console';

/** Kept for this tab only, and over a reload of it. */
export const createSessions = (storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): Sessions => {
  const kept = session.safeParse(JSON.parse(storage.getItem(KEY) ?? 'null'));
  const current = signal(kept.success && isFresh(kept.data.token) ? kept.data : undefined);
  return {
    current,
    begin: (begun) => {
      storage.setItem(KEY, JSON.stringify(begun));
      current.value = begun;
    },
    end: () => {
      storage.removeItem(KEY);
      current.value = undefined;
    },
  };
};

const claims = z.object({ sub: z.string(), role: z.string(), exp: z.number() });

/** What a token says of itself; the services decide whether it is true. Undefined when it is no token at all. */
export const claimsOf = (token: string): z.infer<typeof claims> | undefined => {
  try {
    const [, payload = ''] = token.split('.');
    return claims.parse(JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))));
  } catch {
    return undefined;
  }
};

const isFresh = (token: string): boolean => (claimsOf(token)?.exp ?? 0) * 1_000 > Date.now();

/** Turns the code of a printed link into a session. A sentence when that does not work. */
export const signInWithCode = async (supervisor: string, code: string): Promise<Session | string> => {
  try {
    const response = await fetch(`${supervisor}/_stack/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    });
    const body: unknown = await response.json();
    if (response.ok) return stackSignIn.parse(body);
    const { detail } = z.object({ detail: z.string() }).parse(body);
    return detail;
  } catch {
    return `The supervisor at ${supervisor} does not answer. Is \`npm start\` still running?`;
  }
};
