import { type Document, fieldOf, isDocument, setField, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { inShell } from '../indexes/duplicate-key.ts';
import { type Path, positionOf } from '../query/path.ts';

/**
 * A document being changed. What lies on the way to a change is copied once, everything else is shared with the document the
 * draft began with, which stays as it was.
 */
export interface Draft {
  readonly root: Document;
  get(path: Path): Value | undefined;
  /** Sets a field, making the documents on the way. @throws CommandError PathNotViable where something else is in the way. */
  set(path: Path, value: Value): void;
  /** Removes a field; an array position becomes null. */
  unset(path: Path): void;
}

// MongoDB's own limit on how far `$set` may lengthen an array with nulls.
const MAX_PADDING = 1_500_000;

export const createDraft = (original: Document): Draft => {
  const root: Document = { ...original };
  const own = new Set<Value>([root]);

  const ownCopy = (value: Document | Value[]): Document | Value[] => {
    if (own.has(value)) return value;
    const copy = Array.isArray(value) ? [...value] : { ...value };
    own.add(copy);
    return copy;
  };

  const child = (container: Document | Value[], part: string): Value | undefined =>
    Array.isArray(container) ? container[positionOf(part)] : fieldOf(container, part);

  const put = (container: Document | Value[], part: string, value: Value, path: Path): void => {
    if (!Array.isArray(container)) {
      setField(container, part, value);
      return;
    }
    const position = positionOf(part);
    if (position < 0) throw notViable(part, path, container);
    if (position - container.length > MAX_PADDING) {
      throw new CommandError('BadValue', `can't backfill more than ${MAX_PADDING} elements`);
    }
    while (container.length < position) container.push(null);
    container[position] = value;
  };

  /** The container of the path's last part, owned; undefined if it is missing and must not be made. */
  const reach = (path: Path, make: boolean): Document | Value[] | undefined => {
    let container: Document | Value[] = root;
    for (let depth = 0; depth < path.length - 1; depth += 1) {
      const part = path[depth] ?? '';
      const next: Value | undefined = child(container, part);
      if (next === undefined && !make) return undefined;
      if (next !== undefined && !isContainer(next)) {
        if (!make) return undefined;
        throw notViable(path[depth + 1] ?? '', path.slice(0, depth + 1), next);
      }
      const copy: Document | Value[] = next === undefined ? {} : ownCopy(next);
      own.add(copy);
      put(container, part, copy, path.slice(0, depth));
      container = copy;
    }
    return container;
  };

  return {
    root,
    get: (path) => path.reduce<Value | undefined>((at, part) => (isContainer(at) ? child(at, part) : undefined), root),
    set: (path, value) => {
      const container = reach(path, true);
      if (container) put(container, path.at(-1) ?? '', value, path.slice(0, -1));
    },
    unset: (path) => {
      const part = path.at(-1) ?? '';
      const container = reach(path, false);
      if (!container || child(container, part) === undefined) return;
      if (Array.isArray(container)) container[positionOf(part)] = null;
      else delete container[part];
    },
  };
};

const isContainer = (value: Value | undefined): value is Document | Value[] =>
  Array.isArray(value) || isDocument(value);

export const notViable = (part: string, path: Path, found: Value): CommandError =>
  new CommandError(
    'PathNotViable',
    `Cannot create field '${part}' in element {${path.at(-1) ?? ''}: ${inShell(found)}}`,
  );
