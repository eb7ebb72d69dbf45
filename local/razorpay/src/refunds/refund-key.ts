import { done, type Outcome, plainRefusal, refused } from '../refusal.ts';

/** The header that makes a refund safe to repeat: at least 10 of letters, digits, hyphen and underscore. */
export const REFUND_KEY_HEADER = 'X-Refund-Idempotency';
const MIN_LENGTH = 10;

/** The key of a refund request; without one, repeating the request refunds again. */
export const readRefundKey = (header: string | undefined): Outcome<string | undefined> => {
  if (header === undefined) return done(undefined);
  if (!/^[A-Za-z0-9_-]*$/.test(header)) {
    return refused(
      plainRefusal(400, 'The idempotency key must only contain alphanumeric characters, underscores, and hyphens'),
    );
  }
  if (header.length < MIN_LENGTH) {
    return refused(plainRefusal(400, `The idempotency key must be at least ${MIN_LENGTH} characters long.`));
  }
  return done(header);
};

/** The keys whose first request has no answer yet. A repeat in that time is told to wait, not answered. */
export const createKeysInFlight = () => {
  const inFlight = new Set<string>();
  return {
    claim: (key: string): Outcome<() => void> => {
      if (inFlight.has(key)) {
        return refused(plainRefusal(409, 'Another request with the same idempotency key is still in progress.'));
      }
      inFlight.add(key);
      return done(() => {
        inFlight.delete(key);
      });
    },
  };
};
