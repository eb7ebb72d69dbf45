import type { RequestError } from './reply.ts';
import { pointerTo } from './request-errors.ts';

/** JSON.parse takes 15,000 nested arrays; JSON.stringify of the same throws. Nothing of ours is deeper than 6. */
const DEEPEST = 20;
/** Values in one body. zod makes an issue for each wrong one, so a short body of 50,000 items costs a long time. */
const MOST_VALUES = 10_000;

/** The one makes prototypes, the other tells the database's driver that a value is none of JSON's. */
const REFUSED_NAMES: ReadonlySet<string> = new Set(['__proto__', '_bsontype']);

const unsafeText = (text: string): string | undefined => {
  if (text.includes('\0')) return 'must not contain NUL';
  if (!text.isWellFormed()) return 'must be well-formed Unicode';
  return undefined;
};

/**
 * Looks through parsed JSON for what no schema of ours could mean and what breaks further in: too deep or too many values,
 * NUL or lone surrogates (stored as U+FFFD, so never equal to what was sent), `__proto__`, `_bsontype`, numbers beyond a double.
 */
export const findUnsafeJson = (value: unknown): RequestError | undefined => {
  let values = 0;

  const search = (part: unknown, path: readonly PropertyKey[]): RequestError | undefined => {
    values += 1;
    if (values > MOST_VALUES) return { pointer: '', detail: `must not hold more than ${MOST_VALUES} values` };
    if (typeof part === 'string') {
      const detail = unsafeText(part);
      return detail === undefined ? undefined : { pointer: pointerTo('', path), detail };
    }
    if (typeof part === 'number') {
      return Number.isFinite(part) ? undefined : { pointer: pointerTo('', path), detail: 'is too large a number' };
    }
    if (typeof part !== 'object' || part === null) return undefined;
    if (path.length >= DEEPEST) return { pointer: '', detail: `must not be nested deeper than ${DEEPEST}` };
    for (const [name, member] of Object.entries(part)) {
      if (REFUSED_NAMES.has(name)) return { pointer: pointerTo('', path), detail: `must not name ${name}` };
      const detail = unsafeText(name);
      // The name itself is not repeated: it is what cannot be shown.
      if (detail !== undefined) return { pointer: pointerTo('', path), detail: `a field name ${detail}` };
      const found = search(member, [...path, name]);
      if (found) return found;
    }
    return undefined;
  };

  return search(value, []);
};
