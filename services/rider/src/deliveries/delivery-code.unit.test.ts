import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deliveryCode, isDeliveryCode } from './delivery-code.ts';

const KEY = 'a key that both services hold, and nobody else';
const ORDER = 'a'.repeat(24);

describe('the code at the door', () => {
  it('is four digits of the HMAC of the order, so that two services derive the same', () => {
    const digest = createHmac('sha256', KEY).update(`delivery-code:${ORDER}`).digest('hex');
    expect(deliveryCode(KEY, ORDER)).toBe(String(Number.parseInt(digest.slice(0, 8), 16) % 10_000).padStart(4, '0'));
  });

  it('is always four digits, another for another order or key', () => {
    const codes = Array.from({ length: 2_000 }, (_, index) => deliveryCode(KEY, index.toString(16).padStart(24, '0')));
    for (const code of codes) expect(code).toMatch(/^[0-9]{4}$/);
    expect(codes.some((code) => code.startsWith('0'))).toBe(true);
    expect(new Set(codes).size).toBeGreaterThan(1_700);
    expect(deliveryCode(`${KEY}!`, ORDER)).not.toBe(deliveryCode(KEY, ORDER));
  });

  it('accepts the code and nothing else', () => {
    const code = deliveryCode(KEY, ORDER);
    expect(isDeliveryCode(KEY, ORDER, code)).toBe(true);
    for (const typed of [undefined, '', `${code}0`, ` ${code}`, code.slice(1), '12345678'])
      expect(isDeliveryCode(KEY, ORDER, typed)).toBe(false);
  });
});
