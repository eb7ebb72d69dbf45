import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode } from '../bson/decode.ts';
import { crc32c } from './crc32c.ts';
import { createFrameReader, type Frame, ProtocolError } from './frame-reader.ts';
import { readOpMsg, writeOpMsg } from './op-msg.ts';

const message = (requestId: number, text: string): Buffer => {
  const bytes = writeOpMsg(0, { text });
  bytes.writeInt32LE(requestId, 4);
  return bytes;
};

describe('the frame reader', () => {
  it('finds the same messages however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 40 }), { maxLength: 6 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 50 })),
        (texts, cuts) => {
          const stream = Buffer.concat(texts.map((text, index) => message(index, text)));
          const reader = createFrameReader();
          const frames: Frame[] = [];
          for (let at = 0; at < stream.length; ) {
            const size = cuts.next().value ?? 1;
            frames.push(...reader.push(stream.subarray(at, at + size)));
            at += size;
          }
          expect(frames.map((frame) => [frame.requestId, readOpMsg(frame).body.text])).toEqual(
            texts.map((text, index) => [index, text]),
          );
        },
      ),
    );
  });

  it.each([-1, 0, 15, 48_000_001, 0x7fffffff])('refuses a message that says it has %i bytes', (length) => {
    const header = Buffer.alloc(16);
    header.writeInt32LE(length, 0);
    expect(() => createFrameReader().push(header)).toThrow(ProtocolError);
  });
});

describe('an OP_MSG', () => {
  const frameOf = (bytes: Buffer) => {
    const [frame] = createFrameReader().push(bytes);
    if (!frame) throw new Error('no frame');
    return frame;
  };

  const withChecksum = (bytes: Buffer, checksum?: number): Buffer => {
    const whole = Buffer.concat([bytes, Buffer.alloc(4)]);
    whole.writeInt32LE(whole.length, 0);
    whole.writeUInt32LE(1, 16);
    whole.writeUInt32LE(checksum ?? crc32c(whole.subarray(0, -4)), whole.length - 4);
    return whole;
  };

  it('is checked against its checksum when it has one', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(readOpMsg(frameOf(withChecksum(message(1, 'x')))).body).toEqual({ text: 'x' });
    expect(() => readOpMsg(frameOf(withChecksum(message(1, 'x'), 1)))).toThrow(ProtocolError);
  });

  it('joins its document sequences to its body', () => {
    const name = Buffer.from('documents\0');
    const documents = [writeOpMsg(0, { a: 1 }).subarray(21), writeOpMsg(0, { a: 2 }).subarray(21)];
    const section = Buffer.concat([Buffer.from([1, 0, 0, 0, 0]), name, ...documents]);
    section.writeInt32LE(section.length - 1, 1);
    const whole = Buffer.concat([message(1, 'x'), section]);
    whole.writeInt32LE(whole.length, 0);
    expect(readOpMsg(frameOf(whole)).body).toEqual({ text: 'x', documents: [{ a: 1 }, { a: 2 }] });
  });

  it('wants no answer when more is to come, and is refused with flags nobody knows', () => {
    const bytes = message(1, 'x');
    bytes.writeUInt32LE(2, 16);
    expect(readOpMsg(frameOf(bytes)).wantsReply).toBe(false);
    bytes.writeUInt32LE(4, 16);
    expect(() => readOpMsg(frameOf(bytes))).toThrow(ProtocolError);
  });

  it('is answered under its own number', () => {
    const reply = writeOpMsg(77, { ok: 1 });
    expect(reply.readInt32LE(8)).toBe(77);
    expect(decode(reply, 21)).toEqual({ ok: 1 });
  });
});
