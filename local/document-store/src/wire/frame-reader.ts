import { LIMITS } from '../limits.ts';

/** The peer broke the protocol: there is no telling where the next message starts, so its connection must end. */
export class ProtocolError extends Error {
  override name = 'ProtocolError';
}

/** One message as it came: header fields, and `bytes` from the start of the header. */
export interface Frame {
  readonly requestId: number;
  readonly opCode: number;
  readonly bytes: Buffer;
}

export const HEADER_SIZE = 16;

/**
 * Cuts a byte stream into wire protocol messages. `push` answers the messages completed by this chunk.
 * @throws ProtocolError for a length below the header's or above `LIMITS.message`, before any of it is kept.
 */
export const createFrameReader = () => {
  let chunks: Buffer[] = [];
  let buffered = 0;
  let needed = HEADER_SIZE;

  const push = (chunk: Buffer): Frame[] => {
    chunks.push(chunk);
    buffered += chunk.length;
    if (buffered < needed) return [];
    const bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks, buffered);
    const { frames, rest } = cut(bytes);
    chunks = rest.length > 0 ? [rest] : [];
    buffered = rest.length;
    needed = rest.length < 4 ? HEADER_SIZE : lengthAt(rest, 0);
    return frames;
  };

  return { push };
};

const lengthAt = (bytes: Buffer, at: number): number => {
  const length = bytes.readInt32LE(at);
  if (length < HEADER_SIZE || length > LIMITS.message) throw new ProtocolError(`a message of ${length} bytes`);
  return length;
};

const cut = (bytes: Buffer): { frames: Frame[]; rest: Buffer } => {
  const frames: Frame[] = [];
  let at = 0;
  while (bytes.length - at >= HEADER_SIZE) {
    const length = lengthAt(bytes, at);
    if (bytes.length - at < length) break;
    const frame = bytes.subarray(at, at + length);
    frames.push({ requestId: frame.readInt32LE(4), opCode: frame.readInt32LE(12), bytes: frame });
    at += length;
  }
  return { frames, rest: bytes.subarray(at) };
};
