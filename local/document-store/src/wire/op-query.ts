import { decode } from '../bson/decode.ts';
import { type EncodableDocument, encode } from '../bson/encode.ts';
import { isDocument } from '../bson/value.ts';
import { type Frame, HEADER_SIZE, ProtocolError } from './frame-reader.ts';
import type { Request } from './request.ts';

export const OP_QUERY = 2004;
const OP_REPLY = 1;

/**
 * Reads the OP_QUERY that drivers open a connection with: a command addressed to `<database>.$cmd`. Nothing else was
 * supported over OP_QUERY by MongoDB 7 either.
 * @throws ProtocolError for any other query.
 */
export const readOpQuery = (frame: Frame): Request => {
  const { bytes } = frame;
  const nameStart = HEADER_SIZE + 4;
  const nameEnd = bytes.indexOf(0, nameStart);
  if (nameEnd < 0 || nameEnd + 13 > bytes.length) throw new ProtocolError('an OP_QUERY that is cut off');
  const namespace = bytes.toString('utf8', nameStart, nameEnd);
  if (!namespace.endsWith('.$cmd')) throw new ProtocolError(`an OP_QUERY on ${namespace}`);
  const query = decode(bytes, nameEnd + 9);
  const wrapped = query.$query;
  return {
    requestId: frame.requestId,
    body: { ...(isDocument(wrapped) ? wrapped : query), $db: namespace.slice(0, -'.$cmd'.length) },
    wantsReply: true,
    via: 'op-query',
  };
};

/** The bytes of the OP_REPLY that answers `responseTo` with one document. */
export const writeOpReply = (responseTo: number, reply: EncodableDocument): Buffer => {
  const message = encode(reply, HEADER_SIZE + 20).fill(0, 0, HEADER_SIZE + 20);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(responseTo, 8);
  message.writeInt32LE(OP_REPLY, 12);
  message.writeInt32LE(8, HEADER_SIZE); // AwaitCapable, as every server since 2008 says
  message.writeInt32LE(1, HEADER_SIZE + 16);
  return message;
};
