import { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, ObjectId, Timestamp } from 'bson';
import { type Document, isDocument, KIND, kindOf, numberOf, type Value } from '../bson/value.ts';

/**
 * Bytes whose order (memcmp, which is how SQLite compares BLOBs) is the order of the values they stand for: a type byte, then
 * a payload that tells its own end, so that encodings can be joined into compound keys. Equal values of different numeric
 * types have the same bytes. No payload continues with a byte a type byte could not be below of, see `UPPER`.
 */
export const encodeValue = (value: Value | undefined): Buffer => {
  const parts: Buffer[] = [];
  pushValue(parts, value);
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
};

/** Above every byte that can follow a complete encoding in a key: appended, it makes "after all keys that start so". */
export const UPPER = Buffer.of(0xff);

/** The first bytes of all values of a kind, and the first bytes above all of them. */
export const kindBounds = (value: Value | undefined): { low: Buffer; high: Buffer } => {
  const kind = kindOf(value);
  return { low: Buffer.of(kind), high: Buffer.of(kind + 1) };
};

/** The encoding for a descending field: the same bytes, every bit turned. */
export const invert = (bytes: Buffer): Buffer => {
  const inverted = Buffer.allocUnsafe(bytes.length);
  for (let index = 0; index < bytes.length; index += 1) inverted[index] = ~(bytes[index] ?? 0);
  return inverted;
};

/** What an empty array is indexed as: MongoDB's undefined, just below null. */
export const EMPTY_ARRAY_KEY = Buffer.of(KIND.emptyArray);

/** The start of the encodings of all strings that start with `prefix`. */
export const stringPrefix = (prefix: string): Buffer => Buffer.concat([Buffer.of(KIND.string), escaped(prefix)]);

const END = Buffer.of(0);

const pushValue = (parts: Buffer[], value: Value | undefined): void => {
  if (typeof value === 'string') {
    parts.push(encodeString(value));
    return;
  }
  const kind = kindOf(value);
  parts.push(encodeScalar(kind, value));
  if (Array.isArray(value)) {
    for (const item of value) pushValue(parts, item);
    parts.push(END);
  } else if (isDocument(value)) {
    pushDocument(parts, value);
  }
};

const pushDocument = (parts: Buffer[], document: Document): void => {
  for (const name of Object.keys(document)) {
    const value = document[name];
    const encoded = encodeValue(value);
    // MongoDB compares a field's type before its name, and its name before its value.
    parts.push(encoded.subarray(0, 1), terminated(name), encoded.subarray(1));
  }
  parts.push(END);
};

const escaped = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'utf8');
  if (!bytes.includes(0)) return bytes;
  return Buffer.from([...bytes].flatMap((byte) => (byte === 0 ? [0, 0xff] : [byte])));
};

const terminated = (text: string): Buffer => Buffer.concat([escaped(text), Buffer.of(0, 0)]);

const encodeString = (text: string): Buffer => {
  const size = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(size + 3);
  bytes[0] = KIND.string;
  bytes.write(text, 1, 'utf8');
  bytes[size + 1] = 0;
  bytes[size + 2] = 0;
  if (bytes.indexOf(0) === size + 1) return bytes;
  return Buffer.concat([Buffer.of(KIND.string), terminated(text)]);
};

const encodeScalar = (kind: number, value: Value | undefined): Buffer => {
  switch (kind) {
    case KIND.number:
      return encodeNumber(value);
    case KIND.objectId:
      return value instanceof ObjectId ? tagged(kind, value.id) : Buffer.of(kind);
    case KIND.date:
      return value instanceof Date ? encodeInt64(kind, BigInt(value.getTime() || 0)) : Buffer.of(kind);
    case KIND.boolean:
      return Buffer.of(kind, value === true ? 1 : 0);
    case KIND.string:
      return encodeString(value instanceof BSONSymbol ? value.value : String(value));
    default:
      return encodeRareScalar(kind, value);
  }
};

const encodeRareScalar = (kind: number, value: Value | undefined): Buffer => {
  if (value instanceof Timestamp) {
    const bytes = Buffer.alloc(9, kind);
    bytes.writeUInt32BE(value.t, 1);
    bytes.writeUInt32BE(value.i, 5);
    return bytes;
  }
  if (value instanceof Binary) {
    const head = Buffer.alloc(6, kind);
    head.writeUInt32BE(value.position, 1);
    head[5] = value.sub_type;
    return Buffer.concat([head, value.buffer.subarray(0, value.position)]);
  }
  if (value instanceof BSONRegExp) return tagged(kind, terminated(value.pattern), terminated(value.options));
  if (value instanceof Code) return tagged(kind, terminated(String(value.code)));
  return Buffer.of(kind);
};

const tagged = (kind: number, ...content: Uint8Array[]): Buffer => Buffer.concat([Buffer.of(kind), ...content]);

const encodeInt64 = (kind: number, value: bigint): Buffer => {
  const bytes = Buffer.alloc(9, kind);
  bytes.writeBigUInt64BE(BigInt.asUintN(64, value) ^ 0x8000_0000_0000_0000n, 1);
  return bytes;
};

/**
 * The largest double not above the number, in an order-preserving form, then by how much the number is above it. Only an int64
 * beyond 2^53 has such a rest, below 2^11. Decimal128 counts as the nearest double.
 */
const encodeNumber = (value: Value | undefined): Buffer => {
  const number = value instanceof Decimal128 ? Number(value.toString()) : numberOf(value);
  const bytes = Buffer.allocUnsafe(11);
  bytes[0] = KIND.number;
  if (typeof number === 'bigint') {
    const floor = doubleBelow(number);
    writeDouble(bytes, floor);
    bytes.writeUInt16BE(Number(number - BigInt(floor)), 9);
  } else {
    writeDouble(bytes, number ?? 0);
    bytes.writeUInt16BE(0, 9);
  }
  return bytes;
};

const doubleBelow = (value: bigint): number => {
  const nearest = Number(value);
  if (BigInt(nearest) <= value) return nearest;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, nearest);
  bits.setBigInt64(0, bits.getBigInt64(0) + (nearest > 0 ? -1n : 1n));
  return bits.getFloat64(0);
};

const writeDouble = (bytes: Buffer, number: number): void => {
  if (Number.isNaN(number)) {
    bytes.fill(0, 1, 9); // NaN is the smallest number
    return;
  }
  bytes.writeDoubleBE(number === 0 ? 0 : number, 1); // -0 equals 0
  if ((bytes[1] ?? 0) & 0x80) for (let index = 1; index < 9; index += 1) bytes[index] = ~(bytes[index] ?? 0);
  else bytes[1] = (bytes[1] ?? 0) | 0x80;
};
