import type { RequestHandler } from 'express';
import { invalidInput } from '../refusal.ts';
import { sendRefusal } from './serve-endpoint.ts';

/** No request of the real one nests deeper than six; what writes a body out again must not run out of stack. */
const MAX_DEPTH = 20;

/**
 * Lets through a JSON object of ordinary depth, or no body. An array has no fields, and a refund without fields gives
 * everything back: it is refused instead of read as an empty object.
 */
export const plainBody: RequestHandler = (request, response, next) => {
  const { body } = request;
  if (Array.isArray(body)) sendRefusal(response, invalidInput('The request body must be a JSON object.'));
  else if (isDeeperThan(body, MAX_DEPTH)) sendRefusal(response, invalidInput('The request body is nested too deeply.'));
  else next();
};

/** Level by level, without recursion: the depth is the sender's choice. */
const isDeeperThan = (value: unknown, limit: number): boolean => {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= limit; depth += 1) {
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
    if (level.length === 0) return false;
  }
  return true;
};
