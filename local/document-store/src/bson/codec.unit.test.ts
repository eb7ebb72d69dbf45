import { Double, deserialize, serialize } from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryDocument, forDriver } from './arbitrary-value.fixture.ts';
import { decode, MalformedBson } from './decode.ts';
import { encode } from './encode.ts';

const driverBytes = (document: object): Buffer =>
  Buffer.from(serialize(new Map(Object.entries(document).map(([name, value]) => [name, forDriver(value)]))));

describe('the BSON codec', () => {
  it('writes the bytes the driver writes', () => {
    fc.assert(
      fc.property(arbitraryDocument, (document) => {
        expect(encode(document)).toEqual(driverBytes(document));
      }),
    );
  });

  it('writes what it read, to the byte', () => {
    fc.assert(
      fc.property(arbitraryDocument, (document) => {
        const bytes = driverBytes(document);
        expect(encode(decode(bytes))).toEqual(bytes);
      }),
    );
  });

  it('keeps the type of an element whose value makes the buffer grow', () => {
    for (const size of [1, 100, 490, 500, 510, 5_000, 100_000]) {
      const text = 'x'.repeat(size);
      const document = { text, list: [text, { text }], inner: { text } };
      expect(decode(encode(document))).toEqual(document);
      expect(deserialize(encode(document))).toEqual(document);
    }
  });

  it('keeps int32, int64 and double apart', () => {
    const document = decode(encode({ int: 5, long: 5n, double: new Double(5), fraction: 5.5, large: 2 ** 40 }));
    expect(document).toEqual({ int: 5, long: 5n, double: new Double(5), fraction: 5.5, large: 2 ** 40 });
  });

  it('copies documents that are bytes already', () => {
    const inner = encode({ a: 1 });
    expect(decode(encode({ list: [inner, inner], one: inner }))).toEqual({ list: [{ a: 1 }, { a: 1 }], one: { a: 1 } });
  });

  it('leaves absent fields out', () => {
    expect(decode(encode({ a: undefined, b: 1 }))).toEqual({ b: 1 });
  });

  it('refuses damaged bytes and never reads beyond them', () => {
    fc.assert(
      fc.property(arbitraryDocument, fc.nat(), fc.nat(255), (document, at, byte) => {
        const bytes = Buffer.from(encode(document));
        bytes[at % bytes.length] = byte;
        try {
          decode(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedBson);
        }
      }),
    );
  });

  it('refuses a document that is cut off at any byte', () => {
    const bytes = encode({ a: 'text', b: [1, { c: new Date(0) }] });
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() => decode(bytes.subarray(0, length))).toThrow(MalformedBson);
    }
  });

  it('refuses nesting that would exhaust the stack', () => {
    let bytes = encode({});
    for (let depth = 0; depth < 5_000; depth += 1) bytes = encode({ a: bytes });
    expect(() => decode(bytes)).toThrow(MalformedBson);
  });
});
