import {
  Binary,
  BSONError,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
} from 'bson';
import { type Document, double, setField, type Value } from './value.ts';

/** Bytes that are not BSON: the sender is told, or its connection ends. */
export class MalformedBson extends Error {
  override name = 'MalformedBson';
}

// Each level is a stack frame. A message may be deeper than the deepest document that is stored (`encode`), which is refused by name.
const MAX_DEPTH = 250;

/**
 * Reads the BSON document at `offset`. Unlike the driver's reader it keeps int32, int64 and double apart (see `Value`), and
 * never shares memory with `bytes`, which may be a slice of a large network buffer.
 * @throws MalformedBson when lengths, terminators or types do not add up. https://bsonspec.org/spec.html
 */
export const decode = (bytes: Buffer, offset = 0): Document => {
  try {
    return readDocument({ bytes, at: offset }, 0);
  } catch (error) {
    // Its classes refuse some contents themselves, such as unknown options of a regular expression.
    if (error instanceof BSONError) throw new MalformedBson(error.message);
    throw error;
  }
};

interface Reader {
  readonly bytes: Buffer;
  at: number;
}

const fail = (reason: string): never => {
  throw new MalformedBson(`not BSON: ${reason}`);
};

const readBounds = (reader: Reader): number => {
  const { bytes, at } = reader;
  if (at + 5 > bytes.length) return fail('a document is cut off');
  const size = bytes.readInt32LE(at);
  const end = at + size;
  if (size < 5 || end > bytes.length) return fail('a document length is wrong');
  if (bytes[end - 1] !== 0) return fail('a document does not end with zero');
  reader.at = at + 4;
  return end - 1;
};

const readDocument = (reader: Reader, depth: number): Document => {
  if (depth > MAX_DEPTH) fail(`nested deeper than ${MAX_DEPTH}`);
  const end = readBounds(reader);
  const { bytes } = reader;
  const document: Document = {};
  while (reader.at < end) {
    const type = bytes[reader.at++];
    const name = readCString(reader, end);
    const value = readValue(reader, type ?? 0, end, depth);
    if (name === '__proto__') setField(document, name, value);
    else document[name] = value;
  }
  if (reader.at !== end) fail('a document length is wrong');
  reader.at = end + 1;
  return document;
};

const readArray = (reader: Reader, depth: number): Value[] => {
  if (depth > MAX_DEPTH) fail(`nested deeper than ${MAX_DEPTH}`);
  const end = readBounds(reader);
  const values: Value[] = [];
  while (reader.at < end) {
    const type = reader.bytes[reader.at++];
    skipCString(reader, end); // the position is the index, whatever the key says
    values.push(readValue(reader, type ?? 0, end, depth));
  }
  if (reader.at !== end) fail('an array length is wrong');
  reader.at = end + 1;
  return values;
};

const skipCString = (reader: Reader, end: number): void => {
  const { bytes } = reader;
  let at = reader.at;
  while (at < end && bytes[at] !== 0) at += 1;
  if (at >= end) fail('a name does not end');
  reader.at = at + 1;
};

const readCString = (reader: Reader, end: number): string => {
  const { bytes, at: start } = reader;
  let at = start;
  let nonAscii = 0;
  for (let byte = bytes[at]; at < end && byte !== 0; byte = bytes[at]) {
    nonAscii |= byte ?? 0;
    at += 1;
  }
  if (at >= end) fail('a name does not end');
  reader.at = at + 1;
  return nonAscii < 0x80 ? bytes.toString('latin1', start, at) : bytes.toString('utf8', start, at);
};

const take = (reader: Reader, size: number, end: number): number => {
  const start = reader.at;
  if (size < 0 || start + size > end) fail('a value is cut off');
  reader.at = start + size;
  return start;
};

const readString = (reader: Reader, end: number): string => {
  const size = reader.bytes.readInt32LE(take(reader, 4, end));
  if (size < 1) fail('a string length is wrong');
  const start = take(reader, size, end);
  if (reader.bytes[start + size - 1] !== 0) fail('a string does not end with zero');
  return reader.bytes.toString('utf8', start, start + size - 1);
};

const copy = (bytes: Buffer, start: number, size: number): Buffer => {
  const own = Buffer.allocUnsafeSlow(size);
  bytes.copy(own, 0, start, start + size);
  return own;
};

const readBinary = (reader: Reader, end: number): Value => {
  const { bytes } = reader;
  const size = bytes.readInt32LE(take(reader, 4, end));
  const subtype = bytes[take(reader, 1, end)] ?? 0;
  const start = take(reader, size, end);
  if (subtype === Binary.SUBTYPE_BYTE_ARRAY) {
    if (size < 4 || bytes.readInt32LE(start) !== size - 4) fail('an old binary length is wrong');
    return new Binary(copy(bytes, start + 4, size - 4), subtype);
  }
  if (subtype === Binary.SUBTYPE_UUID && size === 16) return new UUID(copy(bytes, start, size));
  return new Binary(copy(bytes, start, size), subtype);
};

const readCodeWithScope = (reader: Reader, end: number, depth: number): Value => {
  take(reader, 4, end);
  const code = readString(reader, end);
  return new Code(code, readDocument(reader, depth + 1));
};

const readDate = (reader: Reader, end: number): Date => {
  const start = take(reader, 8, end);
  return new Date(reader.bytes.readInt32LE(start + 4) * 0x1_0000_0000 + reader.bytes.readUInt32LE(start));
};

const readValue = (reader: Reader, type: number, end: number, depth: number): Value => {
  const { bytes } = reader;
  switch (type) {
    case 0x01:
      return double(bytes.readDoubleLE(take(reader, 8, end)));
    case 0x02:
      return readString(reader, end);
    case 0x03:
      return readDocument(reader, depth + 1);
    case 0x04:
      return readArray(reader, depth + 1);
    case 0x05:
      return readBinary(reader, end);
    case 0x06: // undefined, deprecated: MongoDB itself reads it as null nearly everywhere
    case 0x0a:
      return null;
    case 0x07:
      return new ObjectId(copy(bytes, take(reader, 12, end), 12));
    case 0x08:
      return bytes[take(reader, 1, end)] === 1;
    case 0x09:
      return readDate(reader, end);
    case 0x0b:
      return new BSONRegExp(readCString(reader, end), [...new Set(readCString(reader, end))].sort().join(''));
    case 0x0d:
      return new Code(readString(reader, end));
    case 0x0e:
      return new BSONSymbol(readString(reader, end));
    case 0x0f:
      return readCodeWithScope(reader, end, depth);
    case 0x10:
      return bytes.readInt32LE(take(reader, 4, end));
    case 0x11: {
      const start = take(reader, 8, end);
      return new Timestamp(new Long(bytes.readInt32LE(start), bytes.readInt32LE(start + 4), true));
    }
    case 0x12:
      return bytes.readBigInt64LE(take(reader, 8, end));
    case 0x13:
      return new Decimal128(copy(bytes, take(reader, 16, end), 16));
    case 0x7f:
      return new MaxKey();
    case 0xff:
      return new MinKey();
    default:
      return fail(`unknown type 0x${type.toString(16)}`);
  }
};
