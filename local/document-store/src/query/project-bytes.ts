import { type Document, isDocument, numberOf, type Value } from '../bson/value.ts';
import { isTruthy } from './match-operators.ts';

/** Shows a document from its bytes alone; undefined where it must be read after all. */
export type ByteProjector = (bytes: Buffer) => Buffer | undefined;

/** How a field is treated: named whole, shown with at most so many elements if it is an array, or looked into. */
type Node = 'whole' | { readonly atMost: number } | Fields;
/** Named by the bytes of a field's name, one character a byte. */
type Fields = Map<string, Node>;

const TYPE = {
  string: 0x02,
  document: 0x03,
  array: 0x04,
  binary: 0x05,
  regex: 0x0b,
  code: 0x0d,
  symbol: 0x0e,
  scoped: 0x0f,
};
const FIXED_SIZES: ReadonlyMap<number, number> = new Map([
  [0x01, 8],
  [0x06, 0],
  [0x07, 12],
  [0x08, 1],
  [0x09, 8],
  [0x0a, 0],
  [0x10, 4],
  [0x11, 8],
  [0x12, 8],
  [0x13, 16],
  [0x7f, 0],
  [0xff, 0],
]);

/**
 * Compiles a projection that includes, or excludes, whole fields by their path, and cuts arrays by `{ $slice: n }` that are mostly shorter:
 * nothing has to be decoded for it, and nothing encoded. Undefined for every other projection. What it shows is what
 * `compileProjection` shows.
 */
export const compileByteProjection = (projection: Document): ByteProjector | undefined => {
  const { _id: ofId, ...others } = projection;
  const choices = Object.keys(others).map((name) => ({ name, choice: choiceOf(others[name]) }));
  const id = ofId === undefined ? undefined : choiceOf(ofId);
  if (typeof id === 'object' || choices.some(({ choice }) => choice === undefined)) return undefined;
  if (ofId !== undefined && id === undefined) return undefined;
  const wanted = choices.flatMap(({ choice }) => (typeof choice === 'boolean' ? [choice] : []));
  const [including = choices.length === 0 || id === true ? id : false] = wanted;
  if (including === undefined || wanted.some((one) => one !== including)) return undefined;

  const fields: Fields = new Map();
  const listsId = including ? id !== false : id === false;
  if (listsId) fields.set('_id', 'whole');
  for (const { name, choice } of choices) {
    if (!add(fields, name.split('.'), typeof choice === 'object' ? choice : 'whole')) return undefined;
  }

  let room = Buffer.allocUnsafe(4096);
  return (bytes) => {
    if (room.length < bytes.length) room = Buffer.allocUnsafe(bytes.length * 2);
    const end = copyShown({ bytes, including, to: room }, fields, 0, 0);
    return end === undefined ? undefined : Buffer.from(room.subarray(0, end));
  };
};

/** Whether a field is wanted, or how much of it; undefined for what only the other compiler understands. */
const choiceOf = (value: Value | undefined): boolean | { readonly atMost: number } | undefined => {
  if (isDocument(value)) {
    const count = Object.keys(value).length === 1 ? value.$slice : undefined;
    return typeof count === 'number' && Number.isInteger(count) ? { atMost: Math.abs(count) } : undefined;
  }
  return typeof value === 'boolean' || numberOf(value) !== undefined ? isTruthy(value) : undefined;
};

/** False when two paths are in each other's way, which the other compiler refuses with its error. */
const add = (fields: Fields, [name = '', ...below]: readonly string[], node: Node): boolean => {
  if (name === '' || name.startsWith('$')) return false;
  const key = Buffer.from(name).toString('latin1');
  const known = fields.get(key);
  if (below.length === 0) {
    if (known !== undefined) return false;
    fields.set(key, node);
    return true;
  }
  if (known !== undefined && !(known instanceof Map)) return false;
  const next: Fields = known ?? new Map();
  fields.set(key, next);
  return add(next, below, node);
};

interface Copying {
  readonly bytes: Buffer;
  readonly including: boolean;
  /** As large as `bytes` at least: what is shown is never longer. */
  readonly to: Buffer;
}

/** Copies what is shown of the document at `from` to `start`; answers where the copy ends, or undefined where an array must be read. */
const copyShown = (copying: Copying, fields: Fields, from: number, start: number): number | undefined => {
  const { bytes, including, to } = copying;
  const last = from + bytes.readInt32LE(from) - 1;
  let at = from + 4;
  let end: number | undefined = start + 4;
  while (at < last) {
    const nameEnd = bytes.indexOf(0, at + 1);
    const type = bytes[at] ?? 0;
    const next = nameEnd + 1 + sizeOf(bytes, type, nameEnd + 1);
    const node = fields.get(bytes.toString('latin1', at + 1, nameEnd));
    if (node instanceof Map) {
      if (type === TYPE.array) return undefined; // each element is looked into
      if (type === TYPE.document) {
        end += bytes.copy(to, end, at, nameEnd + 1);
        end = copyShown(copying, node, nameEnd + 1, end);
        if (end === undefined) return undefined;
      } else if (!including) {
        end += bytes.copy(to, end, at, next);
      }
    } else if (typeof node === 'object') {
      if (type === TYPE.array && lengthOf(bytes, nameEnd + 1) > node.atMost) return undefined; // its elements are named anew
      end += bytes.copy(to, end, at, next);
    } else if ((node === 'whole') === including) {
      end += bytes.copy(to, end, at, next);
    }
    at = next;
  }
  to[end] = 0;
  to.writeInt32LE(end + 1 - start, start);
  return end + 1;
};

/** How many elements the array at `from` has. */
const lengthOf = (bytes: Buffer, from: number): number => {
  const last = from + bytes.readInt32LE(from) - 1;
  let count = 0;
  for (let at = from + 4; at < last; count += 1) {
    const nameEnd = bytes.indexOf(0, at + 1);
    at = nameEnd + 1 + sizeOf(bytes, bytes[at] ?? 0, nameEnd + 1);
  }
  return count;
};

const sizeOf = (bytes: Buffer, type: number, at: number): number => {
  const fixed = FIXED_SIZES.get(type);
  if (fixed !== undefined) return fixed;
  switch (type) {
    case TYPE.string:
    case TYPE.code:
    case TYPE.symbol:
      return 4 + bytes.readInt32LE(at);
    case TYPE.document:
    case TYPE.array:
    case TYPE.scoped:
      return bytes.readInt32LE(at);
    case TYPE.binary:
      return 5 + bytes.readInt32LE(at);
    case TYPE.regex:
      return bytes.indexOf(0, bytes.indexOf(0, at) + 1) + 1 - at;
    default:
      throw new Error(`a stored value of type ${type}`);
  }
};
