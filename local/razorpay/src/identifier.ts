import { createHash, randomUUID } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LENGTH = 14;

const spell = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes.subarray(0, LENGTH)) text += ALPHABET[byte % ALPHABET.length];
  return text;
};

/** 14 random bytes. A UUID's, without its two bytes that are partly fixed: Node keeps UUIDs in stock, bytes it fetches. */
const randomBytes = (): Uint8Array => {
  const hex = randomUUID().replaceAll('-', '');
  return Buffer.from(hex.slice(0, 12) + hex.slice(14, 16) + hex.slice(18), 'hex');
};

export type IdentifierPrefix = 'order' | 'pay' | 'rfnd' | 'card';

/** An id as Razorpay makes them: the prefix, an underscore, 14 alphanumerics. */
export const newIdentifier = (prefix: IdentifierPrefix): string => `${prefix}_${spell(randomBytes())}`;

/** An event id: 14 alphanumerics, no prefix. It travels only in the `x-razorpay-event-id` header. */
export const newEventIdentifier = (): string => spell(randomBytes());

/** The account behind a key id: always the same for the same key, so that it survives a restart. */
export const accountOf = (keyId: string): string => `acc_${spell(createHash('sha256').update(keyId).digest())}`;
