import type { Request, RequestHandler } from 'express';
import { invalidInput } from '../refusal.ts';
import { sendRefusal } from './serve-endpoint.ts';

/** No request of the real one nests deeper than six; what writes a body out again must not run out of stack. */
const MAX_DEPTH = 20;

/**
 * Lets through a JSON object of ordinary depth, or no body. Whatever else has no fields, and a refund without fields
 * gives everything back: it is refused instead of read as an empty object.
 */
export const plainBody: RequestHandler = (request, response, next) => {
  const { body } = request;
  if (!isReadable(request))
    sendRefusal(response, { ...invalidInput('The request body must be JSON, in UTF-8.'), status: 415 });
  else if (Array.isArray(body)) sendRefusal(response, invalidInput('The request body must be a JSON object.'));
  else if (isDeeperThan(body, MAX_DEPTH)) sendRefusal(response, invalidInput('The request body is nested too deeply.'));
  else next();
};

/** No body, or one that the JSON parser has read: it leaves other types alone, and takes any charset whose name begins with utf-. */
const isReadable = ({ body, headers }: Request): boolean => {
  const type = headers['content-type'] ?? '';
  const charset = /;\s*charset="?([^\s;"]+)/i.exec(type)?.[1] ?? 'utf-8';
  const isEmpty = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
  return isEmpty || (body !== undefined && charset.toLowerCase() === 'utf-8');
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
