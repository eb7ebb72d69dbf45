import { type Failure, problem } from './reply.ts';
import { pointerTo } from './request-errors.ts';

const NONE: Readonly<Record<string, string>> = Object.freeze({});

const refuse = (name: string, detail: string): Failure =>
  problem('invalid_request', 'The query is not valid.', { errors: [{ pointer: pointerTo('/query', [name]), detail }] });

/** The query of a request target. A name given twice is refused: one reader would take the first, another the last. */
export const readQuery = (target: string): { value: Readonly<Record<string, string>> } | Failure => {
  const start = target.indexOf('?');
  if (start < 0) return { value: NONE };
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(target.slice(start + 1))) {
    if (values.has(name)) return refuse(name, 'is given twice');
    if (name.includes('\0') || value.includes('\0')) return refuse('', 'must not contain NUL');
    values.set(name, value);
  }
  // fromEntries defines members, so a name like __proto__ stays a name.
  return { value: Object.fromEntries(values) };
};
