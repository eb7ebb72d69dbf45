import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkoutText, isSignedBy } from './gateway-signature.ts';

const BODY = Buffer.from('{"event":"payment.captured"}');
const sign = (secret: string, bytes: Buffer = BODY) => createHmac('sha256', secret).update(bytes).digest('hex');

describe('a signature of the gateway', () => {
  it('C46: is taken in upper case too', () => {
    expect(isSignedBy(['now'], BODY, sign('now').toUpperCase())).toBe(true);
  });

  it('C48: is taken under any secret of the list, and under no other', () => {
    expect(isSignedBy(['now', 'before'], BODY, sign('before'))).toBe(true);
    expect(isSignedBy(['now', 'before'], BODY, sign('retired'))).toBe(false);
    expect(isSignedBy([], BODY, sign('now'))).toBe(false);
  });

  it.each([
    ['is missing', undefined],
    ['is empty', ''],
    ['has 63 characters', sign('now').slice(1)],
    ['has 65 characters', `${sign('now')}0`],
    ['has two', `${sign('now')}, ${sign('now')}`],
    ['is followed by junk', `${sign('now')}zz`],
    ['is not hexadecimal', 'z'.repeat(64)],
    ['comes as a list', [sign('now')]],
  ])('C46: that %s is refused', (_what, signature) => {
    expect(isSignedBy(['now'], BODY, signature)).toBe(false);
  });

  it('C49: does not cover a body of which one byte differs', () => {
    const other = Buffer.from(BODY);
    other[3] = (other[3] ?? 0) ^ 1;
    expect(isSignedBy(['now'], other, sign('now'))).toBe(false);
  });

  it('of the checkout page covers both ids', () => {
    const text = checkoutText('order_A', 'pay_B');
    const signature = sign('key', Buffer.from(text));
    expect(isSignedBy(['key'], text, signature)).toBe(true);
    expect(isSignedBy(['key'], checkoutText('order_A', 'pay_C'), signature)).toBe(false);
    expect(isSignedBy(['key'], checkoutText('order_B', 'pay_B'), signature)).toBe(false);
  });
});
