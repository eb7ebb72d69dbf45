import { randomBytes } from 'node:crypto';
import { type Clock, HOUR, MINUTE, systemClock } from '@tiffin/platform/clock';
import { sameSecret } from './same-secret.ts';

const CODE_BYTES = 24;
const CODE_LIVES_MS = HOUR;
const WRONG_TRIES = { most: 10, withinMs: MINUTE };
/** Codes known at once, used and old ones among them; the oldest is forgotten first. */
const CODES_KEPT = 200;

type Redeemed =
  | { kind: 'valid' }
  | { kind: 'used' }
  | { kind: 'expired' }
  | { kind: 'wrong' }
  | { kind: 'too-many'; retryAfterMs: number };

export type ConsoleCodes = {
  /** A new code: good for one sign-in, for an hour. */
  issue(): { code: string; expiresAt: Date };
  /** Takes a code out of force. After ten wrong ones within a minute nothing is looked at until the minute is over. */
  redeem(code: string): Redeemed;
};

/** The one-time codes that sign a person in to the console. They live in this process alone: a new start knows none of them. */
export const createConsoleCodes = ({ now = systemClock }: { now?: Clock } = {}): ConsoleCodes => {
  let codes: { code: string; expiresAt: number; used: boolean }[] = [];
  let wrongTries: number[] = [];
  return {
    issue: () => {
      const code = randomBytes(CODE_BYTES).toString('base64url');
      const expiresAt = now().getTime() + CODE_LIVES_MS;
      codes = [...codes, { code, expiresAt, used: false }].slice(-CODES_KEPT);
      return { code, expiresAt: new Date(expiresAt) };
    },
    redeem: (given) => {
      const at = now().getTime();
      wrongTries = wrongTries.filter((triedAt) => at - triedAt < WRONG_TRIES.withinMs);
      const [first] = wrongTries;
      if (first !== undefined && wrongTries.length >= WRONG_TRIES.most) {
        return { kind: 'too-many', retryAfterMs: first + WRONG_TRIES.withinMs - at };
      }
      // All of them are compared, so that the time tells nothing about which it was.
      const [match] = codes.filter(({ code }) => sameSecret(given, code));
      if (!match) {
        wrongTries.push(at);
        return { kind: 'wrong' };
      }
      if (match.used) return { kind: 'used' };
      if (match.expiresAt <= at) return { kind: 'expired' };
      match.used = true;
      return { kind: 'valid' };
    },
  };
};
