import { type Role, role, userId } from '@tiffin/contracts/claims';
import { line } from '@tiffin/contracts/text';
import { signUserToken } from '@tiffin/platform/auth/tokens';
import { type Clock, HOUR, SECOND, systemClock } from '@tiffin/platform/clock';
import * as z from 'zod';

const LONGEST_TTL_S = (24 * HOUR) / SECOND;
const USUAL_TTL_S = (12 * HOUR) / SECOND;
const MOST_PEOPLE = 100;

const person = z.strictObject({ role, sub: userId, name: line({ max: 120 }).optional() });
type Person = { role: Role; sub: string; name?: string | undefined };

/** For whom tokens are wanted, and for how long. */
export const tokensBody = z.strictObject({
  people: z.array(person).min(1).max(MOST_PEOPLE),
  ttlSeconds: z.int().min(1).max(LONGEST_TTL_S).default(USUAL_TTL_S),
});

export type SignedToken = {
  readonly sub: string;
  readonly role: Role;
  readonly token: string;
  readonly expiresAt: Date;
};
export type TokenSigner = (person: Person, ttlSeconds?: number) => SignedToken;

/** Signs tokens as this stack's services accept them. */
export const tokenSigner =
  (secret: string, { now = systemClock }: { now?: Clock } = {}): TokenSigner =>
  ({ sub, role: signedRole, name }, ttlSeconds = USUAL_TTL_S) => {
    const signedAt = now();
    const token = signUserToken({ secret, sub, role: signedRole, name, ttlSeconds, now: () => signedAt });
    // Tokens count whole seconds.
    const expiresAt = new Date((Math.floor(signedAt.getTime() / SECOND) + ttlSeconds) * SECOND);
    return { sub, role: signedRole, token, expiresAt };
  };
