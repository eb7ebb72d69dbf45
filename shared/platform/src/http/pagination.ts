import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type * as z from 'zod';

const MAC_BYTES = 16;
const KEY_BYTES = 32;

export type Cursors = {
  /** The place where the next page begins, as text a client can only hand back. `position` is JSON. */
  encode(position: unknown): string;
  /** The position, or undefined when the text is not one of ours or not of this shape: the door answers 400. */
  decode<Position>(cursor: string, position: z.ZodType<Position>): Position | undefined;
};

/**
 * Cursors nobody can make or change: base64url of an HMAC and the position. The key is derived from `secret`, so that a
 * cursor never doubles as anything else signed with it; `scope` keeps one list's cursors out of another's.
 */
export const createCursors = (secret: string, scope = ''): Cursors => {
  const key = Buffer.from(hkdfSync('sha256', secret, '', `cursor ${scope}`, KEY_BYTES));
  const macOf = (text: Buffer) => createHmac('sha256', key).update(text).digest().subarray(0, MAC_BYTES);
  return {
    encode(position) {
      const text = Buffer.from(JSON.stringify(position));
      return Buffer.concat([macOf(text), text]).toString('base64url');
    },
    decode(cursor, position) {
      const bytes = Buffer.from(cursor, 'base64url');
      // The decoder skips what is not base64url; a cursor has one spelling only.
      if (bytes.length <= MAC_BYTES || bytes.toString('base64url') !== cursor) return undefined;
      const text = bytes.subarray(MAC_BYTES);
      if (!timingSafeEqual(bytes.subarray(0, MAC_BYTES), macOf(text))) return undefined;
      return position.safeParse(JSON.parse(text.toString('utf8'))).data;
    },
  };
};
