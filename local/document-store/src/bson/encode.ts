import { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, Double, MaxKey, MinKey, ObjectId, Timestamp } from 'bson';
import { CommandError } from '../command-error.ts';
import { isInt32, type Value } from './value.ts';

/** What can be written: values, documents that are bytes already (`Uint8Array`), and absent fields, which are left out. */
export type Encodable = Value | Uint8Array | undefined | Encodable[] | { [field: string]: Encodable };

/** A document that can be written, such as a command's reply. */
export interface EncodableDocument {
  [field: string]: Encodable;
}

/**
 * Writes one document as BSON into memory of its own. The counterpart of `decode`: every number is written with the type it
 * was read with. `headroom` bytes in front of it are left to the caller. Documents given as bytes are copied in as they are, so stored documents reach a reply without being parsed.
 * @throws CommandError Overflow for more than 200 levels, BadValue for a name with a null byte.
 */
export const encode = (document: EncodableDocument, headroom = 0): Buffer => {
  const writer: Writer = { bytes: draft, at: 0, depth: 0 };
  writeDocument(writer, document);
  if (writer.bytes.length <= LARGEST_DRAFT) draft = writer.bytes;
  const own = Buffer.allocUnsafe(headroom + writer.at);
  writer.bytes.copy(own, headroom, 0, writer.at);
  return own;
};

const LARGEST_DRAFT = 256 * 1024;

/**
 * Where a document is written before its size is known. Growing memory for each reply would give the garbage collector, which is
 * called for by bytes outside its heap too, four times as much to do.
 */
let draft: Buffer = Buffer.allocUnsafeSlow(4096);

interface Writer {
  bytes: Buffer;
  at: number;
  depth: number;
}

/** MongoDB's own limit. What is deeper could be written and never read again. */
const MAX_DEPTH = 200;

const reserve = (writer: Writer, size: number): void => {
  if (writer.at + size <= writer.bytes.length) return;
  const larger = Buffer.allocUnsafe(Math.max(writer.bytes.length * 2, writer.at + size));
  writer.bytes.copy(larger, 0, 0, writer.at);
  writer.bytes = larger;
};

const writeDocument = (writer: Writer, document: EncodableDocument): void => {
  const start = open(writer);
  for (const name in document) {
    const value = document[name];
    if (value !== undefined) writeElement(writer, name, value);
  }
  close(writer, start);
};

const writeArray = (writer: Writer, values: readonly Encodable[]): void => {
  const start = open(writer);
  for (let index = 0; index < values.length; index += 1) writeElement(writer, String(index), values[index] ?? null);
  close(writer, start);
};

const open = (writer: Writer): number => {
  writer.depth += 1;
  if (writer.depth > MAX_DEPTH) {
    throw new CommandError('Overflow', `a document may not be nested deeper than ${MAX_DEPTH} levels`);
  }
  reserve(writer, 5);
  const start = writer.at;
  writer.at += 4;
  return start;
};

const close = (writer: Writer, start: number): void => {
  reserve(writer, 1);
  writer.bytes[writer.at++] = 0;
  writer.bytes.writeInt32LE(writer.at - start, start);
  writer.depth -= 1;
};

const writeElement = (writer: Writer, name: string, value: Exclude<Encodable, undefined>): void => {
  // On disk it would end the name, and what follows could not be read any more.
  if (name.includes('\0')) throw new CommandError('BadValue', 'a field name cannot contain a null byte');
  reserve(writer, 16);
  const typeAt = writer.at;
  writer.at += 1;
  writeText(writer, name);
  writer.bytes[writer.at++] = 0;
  reserve(writer, 20);
  const type = writeValue(writer, value); // may move to larger memory: only then is `writer.bytes` the right one
  writer.bytes[typeAt] = type;
};

/** UTF-8 without terminator; leaves room for one more byte. Short ASCII text, the usual case, avoids the call into C++. */
const writeText = (writer: Writer, text: string): void => {
  reserve(writer, text.length * 3 + 1);
  const { bytes, at } = writer;
  if (text.length > 32) {
    writer.at += bytes.write(text, at, 'utf8');
    return;
  }
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) {
      writer.at += bytes.write(text, at, 'utf8');
      return;
    }
    bytes[at + index] = code;
  }
  writer.at = at + text.length;
};

const writeString = (writer: Writer, text: string): void => {
  const start = writer.at;
  writer.at += 4;
  writeText(writer, text);
  writer.bytes[writer.at++] = 0;
  writer.bytes.writeInt32LE(writer.at - start - 4, start);
};

const writeBytes = (writer: Writer, bytes: Uint8Array): void => {
  reserve(writer, bytes.length);
  writer.bytes.set(bytes, writer.at);
  writer.at += bytes.length;
};

const writeInt64 = (writer: Writer, value: bigint): void => {
  writer.at = writer.bytes.writeBigInt64LE(BigInt.asIntN(64, value), writer.at);
};

const writeDouble = (writer: Writer, value: number): 0x01 => {
  writer.at = writer.bytes.writeDoubleLE(value, writer.at);
  return 0x01;
};

/** Writes the value and answers its element type. */
const writeValue = (writer: Writer, value: Exclude<Encodable, undefined>): number => {
  switch (typeof value) {
    case 'string':
      writeString(writer, value);
      return 0x02;
    case 'number':
      if (!isInt32(value)) return writeDouble(writer, value);
      writer.at = writer.bytes.writeInt32LE(value, writer.at);
      return 0x10;
    case 'boolean':
      writer.bytes[writer.at++] = value ? 1 : 0;
      return 0x08;
    case 'bigint':
      writeInt64(writer, value);
      return 0x12;
    default:
      return writeObject(writer, value);
  }
};

const writeObject = (
  writer: Writer,
  value: Exclude<Encodable, undefined | string | number | boolean | bigint>,
): number => {
  if (value === null) return 0x0a;
  if (Array.isArray(value)) {
    writeArray(writer, value);
    return 0x04;
  }
  if (value instanceof ObjectId) {
    writeBytes(writer, value.id);
    return 0x07;
  }
  if (value instanceof Date) {
    const time = value.getTime();
    writeInt64(writer, Number.isNaN(time) ? 0n : BigInt(time));
    return 0x09;
  }
  if (value instanceof Uint8Array) {
    writeBytes(writer, value);
    return 0x03;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return writeRareType(writer, value);
  writeDocument(writer, fieldsOf(value));
  return 0x03;
};

const writeRareType = (writer: Writer, value: object): number => {
  if (value instanceof Double) return writeDouble(writer, value.value);
  if (value instanceof Timestamp) {
    writer.at = writer.bytes.writeInt32LE(value.low, writer.at);
    writer.at = writer.bytes.writeInt32LE(value.high, writer.at);
    return 0x11;
  }
  if (value instanceof Decimal128) {
    writeBytes(writer, value.bytes);
    return 0x13;
  }
  if (value instanceof Binary) return writeBinary(writer, value);
  if (value instanceof BSONRegExp) {
    for (const text of [value.pattern, value.options]) {
      writeText(writer, text);
      writer.bytes[writer.at++] = 0;
    }
    return 0x0b;
  }
  if (value instanceof BSONSymbol) {
    writeString(writer, value.value);
    return 0x0e;
  }
  if (value instanceof Code) return writeCode(writer, value);
  if (value instanceof MinKey) return 0xff;
  if (value instanceof MaxKey) return 0x7f;
  writeDocument(writer, fieldsOf(value));
  return 0x03;
};

const writeBinary = (writer: Writer, value: Binary): 0x05 => {
  const content = value.buffer.subarray(0, value.position);
  const old = value.sub_type === Binary.SUBTYPE_BYTE_ARRAY;
  writer.at = writer.bytes.writeInt32LE(content.length + (old ? 4 : 0), writer.at);
  writer.bytes[writer.at++] = value.sub_type;
  if (old) writer.at = writer.bytes.writeInt32LE(content.length, writer.at);
  writeBytes(writer, content);
  return 0x05;
};

const writeCode = (writer: Writer, value: Code): number => {
  if (!value.scope) {
    writeString(writer, String(value.code));
    return 0x0d;
  }
  const start = writer.at;
  writer.at += 4;
  writeString(writer, String(value.code));
  writeDocument(writer, fieldsOf(value.scope));
  writer.bytes.writeInt32LE(writer.at - start, start);
  return 0x0f;
};

/** The one cast of this file: an object that is no BSON class is written field by field. */
const fieldsOf = (value: object): EncodableDocument => value as EncodableDocument;
