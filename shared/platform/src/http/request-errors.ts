import type * as z from 'zod';
import type { RequestError } from './reply.ts';

/** Enough to mend a request by; an attacker's ten thousand wrong items are not worth listing. */
const MOST_ERRORS = 20;
const LONGEST_POINTER = 200;

const escaped = (segment: PropertyKey): string => String(segment).replaceAll('~', '~0').replaceAll('/', '~1');

/** A JSON pointer (RFC 6901) below `base`, cut when a caller's own names make it long. */
export const pointerTo = (base: string, path: readonly PropertyKey[]): string =>
  (base + path.map((segment) => `/${escaped(segment)}`).join('')).slice(0, LONGEST_POINTER);

/** What zod found, as the errors of a problem: an unknown field is named one by one. No message repeats the value. */
export const requestErrors = (base: string, issues: readonly z.core.$ZodIssue[]): RequestError[] => {
  const errors: RequestError[] = [];
  for (const issue of issues) {
    if (errors.length >= MOST_ERRORS) break;
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys.slice(0, MOST_ERRORS)) {
        errors.push({ pointer: pointerTo(base, [...issue.path, key]), detail: 'unknown field' });
      }
    } else {
      errors.push({ pointer: pointerTo(base, issue.path), detail: issue.message });
    }
  }
  return errors.slice(0, MOST_ERRORS);
};
