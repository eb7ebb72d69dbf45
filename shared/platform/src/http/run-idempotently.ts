import { PROBLEMS, type ProblemCode } from '@tiffin/contracts/problem';
import * as z from 'zod';
import type { Logger } from '../observability/logger.ts';
import {
  fingerprintOf,
  IDEMPOTENCY_LEASE_MS,
  type IdempotencyStore,
  idempotencyRowKey,
  parseIdempotencyKey,
} from './idempotency.ts';
import { type Principal, principalKey } from './principal.ts';
import { problem, type Reply } from './reply.ts';
import type { IdempotentRun } from './route.ts';

const RETRY_RUNNING_S = 1;
const REPLAYED = { 'Idempotency-Replayed': 'true' };
const FIRST_REFUSAL = 400;
const FIRST_FAULT = 500;

const storedRefusal = z.object({
  code: z.custom<ProblemCode>((code) => typeof code === 'string' && Object.hasOwn(PROBLEMS, code)),
  detail: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).default([]),
});

/** What is kept: the body of a success, the parts of a refusal (its HTTP form carries the id of each request anew). */
const storedBody = (reply: Reply): unknown =>
  reply.kind === 'success' ? reply.body : { code: reply.code, detail: reply.detail, errors: reply.errors ?? [] };

const replayedReply = (status: number, body: unknown): Reply => {
  if (status < FIRST_REFUSAL) return { kind: 'success', status, body, headers: REPLAYED };
  const { code, detail, errors } = storedRefusal.parse(body);
  return problem(code, detail, { errors, headers: REPLAYED });
};

type IdempotentRequest = {
  header: string | undefined;
  principal: Principal;
  address: string;
  method: string;
  path: string;
  body: unknown;
};

/**
 * Runs a request under its Idempotency-Key, once: the same key and body get the first answer again (errors too, faults
 * never), another body 422, a run that is still going 409. Without a key it simply runs.
 */
export const runIdempotently = async (
  { store, logger }: { store: IdempotencyStore; logger: Logger },
  request: IdempotentRequest,
  run: (idempotent?: IdempotentRun) => Promise<Reply>,
): Promise<Reply> => {
  const { header, method, path, body } = request;
  if (header === undefined) return run();
  const key = parseIdempotencyKey(header);
  if (key === undefined) {
    return problem('invalid_request', 'An Idempotency-Key is 8 to 255 letters, digits, _ or -, quoted or bare.');
  }
  const row = idempotencyRowKey(principalKey(request.principal, request.address), method, path, key);
  const claim = await store.claim(row, fingerprintOf(method, path, body), IDEMPOTENCY_LEASE_MS);
  switch (claim.kind) {
    case 'mismatch':
      return problem('idempotency_mismatch', 'This Idempotency-Key was used with another body.');
    case 'running':
      return problem('idempotency_in_progress', 'The first request with this Idempotency-Key is still running.', {
        retryAfterSeconds: RETRY_RUNNING_S,
      });
    case 'replay':
      return replayedReply(claim.status, claim.body);
    case 'new': {
      // A release that fails costs the caller a wait for the lease, and must not hide why the run failed.
      const release = () =>
        store
          .release(row)
          .catch((error: unknown) => logger.warn({ err: error }, 'an idempotency key was not released'));
      try {
        const reply = await run({ key, ids: claim.ids });
        if (reply.status >= FIRST_FAULT) await release();
        else await store.finish(row, reply.status, storedBody(reply));
        return reply;
      } catch (error) {
        await release();
        throw error;
      }
    }
  }
};
