import { createHash, randomUUID } from 'node:crypto';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** How long a finished answer is kept for the same key. */
export const IDEMPOTENCY_KEPT_MS = 24 * HOUR;

/** How long a request may run before another with the same key is let through, under the same ids. */
export const IDEMPOTENCY_LEASE_MS = 30 * SECOND;

/**
 * Names for what the request will create. They are stored with the key before anything else happens, so a run that follows
 * a crash uses the same ones: its insert meets the first run's document instead of making a second.
 */
export type RequestIds = { readonly documentId: string; readonly eventId: string };

export type IdempotencyClaim =
  | { kind: 'new'; ids: RequestIds }
  | { kind: 'replay'; status: number; body: unknown }
  | { kind: 'mismatch' }
  | { kind: 'running' };

/**
 * Where keys are kept. `claim` is atomic: of many callers with one unknown key exactly one hears `new`; a row whose lease
 * has run out without an answer is `new` again with the ids first stored. Another fingerprint under a known key is
 * `mismatch`, also while it runs. Rows disappear after `IDEMPOTENCY_KEPT_MS`.
 */
export type IdempotencyStore = {
  claim(key: string, fingerprint: string, leaseMs: number): Promise<IdempotencyClaim>;
  /** Keeps the answer; `body` is JSON or undefined (204). */
  finish(key: string, status: number, body: unknown): Promise<void>;
  /** The run failed by a fault: ends the lease at once, so that a retry need not wait for it. */
  release(key: string): Promise<void>;
};

const RANDOM_HEX_DIGITS = 16;

/** A fresh 24-hex document id (time first, as ObjectIds are) and a fresh event id (a UUID). */
export const createRequestIds = (): RequestIds => {
  const time = Math.floor(Date.now() / SECOND).toString(16);
  // randomUUID keeps a stock of random bytes, which makes it several times cheaper than randomBytes.
  const random = randomUUID().replaceAll('-', '').slice(-RANDOM_HEX_DIGITS);
  return { documentId: time.padStart(8, '0') + random, eventId: randomUUID() };
};

const KEY = /^(?:"([A-Za-z0-9_-]{8,255})"|([A-Za-z0-9_-]{8,255}))$/;

/** The key of an `Idempotency-Key` header: a quoted string (draft-07) or the bare word most clients send; both are the same key. */
export const parseIdempotencyKey = (header: string): string | undefined => {
  const match = KEY.exec(header);
  return match?.[1] ?? match?.[2];
};

const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
};

const sha256 = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url');

/** The row's name: one key of one principal on one path, so nobody can meet another's answer. */
export const idempotencyRowKey = (principal: string, method: string, path: string, key: string): string =>
  sha256(principal, method, path, key);

/** Equal for requests that mean the same: the order of JSON members and white space do not count. */
export const fingerprintOf = (method: string, path: string, body: unknown): string =>
  sha256(method, path, canonical(body));
