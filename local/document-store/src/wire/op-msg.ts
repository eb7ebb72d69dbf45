import { decode } from '../bson/decode.ts';
import { type EncodableDocument, encode } from '../bson/encode.ts';
import { type Document, setField } from '../bson/value.ts';
import { crc32c } from './crc32c.ts';
import { type Frame, HEADER_SIZE, ProtocolError } from './frame-reader.ts';
import type { Request } from './request.ts';

export const OP_MSG = 2013;

const CHECKSUM_PRESENT = 1 << 0;
const MORE_TO_COME = 1 << 1;
// A receiver must refuse unknown bits among the lower sixteen and may ignore the others (OP_MSG specification).
const UNKNOWN_REQUIRED_BITS = 0xffff & ~(CHECKSUM_PRESENT | MORE_TO_COME);

/**
 * Reads an OP_MSG. https://github.com/mongodb/specifications/blob/master/source/message/OP_MSG.md
 * @throws ProtocolError when its sections do not add up, MalformedBson when a document in it is not BSON.
 */
export const readOpMsg = (frame: Frame): Request => {
  if (frame.bytes.length < HEADER_SIZE + 4) throw new ProtocolError('an OP_MSG without flags');
  const flags = frame.bytes.readUInt32LE(HEADER_SIZE);
  if (flags & UNKNOWN_REQUIRED_BITS) throw new ProtocolError(`unknown OP_MSG flags ${flags}`);
  const sections = flags & CHECKSUM_PRESENT ? withoutChecksum(frame.bytes) : frame.bytes;
  return {
    requestId: frame.requestId,
    body: readSections(sections),
    wantsReply: (flags & MORE_TO_COME) === 0,
    via: 'op-msg',
  };
};

const withoutChecksum = (bytes: Buffer): Buffer => {
  const end = bytes.length - 4;
  if (end < HEADER_SIZE + 4) throw new ProtocolError('an OP_MSG without its checksum');
  const content = bytes.subarray(0, end);
  if (crc32c(content) !== bytes.readUInt32LE(end)) throw new ProtocolError('an OP_MSG with a wrong checksum');
  return content;
};

const readSections = (bytes: Buffer): Document => {
  let body: Document | undefined;
  const sequences: [string, Document[]][] = [];
  let at = HEADER_SIZE + 4;
  while (at < bytes.length) {
    const kind = bytes[at];
    at += 1;
    const size = sizeAt(bytes, at);
    if (kind === 0) {
      if (body) throw new ProtocolError('an OP_MSG with two bodies');
      body = decode(bytes, at);
    } else if (kind === 1) {
      sequences.push(readSequence(bytes.subarray(at, at + size)));
    } else {
      throw new ProtocolError(`an OP_MSG section of kind ${kind}`);
    }
    at += size;
  }
  if (!body) throw new ProtocolError('an OP_MSG without a body');
  for (const [name, documents] of sequences) setField(body, name, documents);
  return body;
};

const sizeAt = (bytes: Buffer, at: number): number => {
  const size = at + 4 <= bytes.length ? bytes.readInt32LE(at) : -1;
  if (size < 5 || at + size > bytes.length) throw new ProtocolError('an OP_MSG section with a wrong length');
  return size;
};

const readSequence = (section: Buffer): [string, Document[]] => {
  const nameEnd = section.indexOf(0, 4);
  if (nameEnd < 0) throw new ProtocolError('a document sequence without a name');
  const documents: Document[] = [];
  let at = nameEnd + 1;
  while (at < section.length) {
    const size = sizeAt(section, at);
    documents.push(decode(section, at));
    at += size;
  }
  return [section.toString('utf8', 4, nameEnd), documents];
};

/** The bytes of an OP_MSG that answers `responseTo`. */
export const writeOpMsg = (responseTo: number, reply: EncodableDocument): Buffer => {
  const message = encode(reply, HEADER_SIZE + 5);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(0, 4);
  message.writeInt32LE(responseTo, 8);
  message.writeInt32LE(OP_MSG, 12);
  message.writeUInt32LE(0, HEADER_SIZE);
  message[HEADER_SIZE + 4] = 0;
  return message;
};
