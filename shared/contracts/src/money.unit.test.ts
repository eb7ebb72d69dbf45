import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inPaise, paise, rupeesText, rupeesToPaise, shareOf } from './money.ts';

it('every price of whole paise survives the way through rupees, where floats would lie', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 99_999_999 }), (amountPaise) => {
      expect(rupeesToPaise(amountPaise / 100)).toBe(amountPaise);
    }),
  );
});

it('every amount is told in rupees exactly, of either sign', () => {
  fc.assert(
    fc.property(fc.integer({ min: -99_999_999, max: 99_999_999 }), (amountPaise) => {
      const [rupees, rest = ''] = rupeesText(amountPaise).split('.');
      expect(rest).toHaveLength(2);
      expect(BigInt(`${rupees}${rest}`)).toBe(BigInt(amountPaise));
    }),
  );
  expect([30_700, 5, -5, 0, 100].map(rupeesText)).toEqual(['307.00', '0.05', '-0.05', '0.00', '1.00']);
});

it.each([4.35, 19.99, 0.1, 1, 100])('%s rupees are whole paise', (rupees) => {
  expect(Number.isInteger(rupeesToPaise(rupees))).toBe(true);
});

it.each([-1, 1.001, Number.NaN, Number.POSITIVE_INFINITY, 1e-7, 1e22, 999_999_999])(
  '%s rupees are no amount',
  (rupees) => {
    expect(rupeesToPaise(rupees)).toBeUndefined();
  },
);

it.each([-1, 0.5, -0, 1e21, '100', null, 2 ** 53])('H126: %s is no amount in paise', (amount) => {
  expect(paise.safeParse(amount).success).toBe(false);
});

it.each([-1, 0.5, 1e21, Number.NaN])('%s is a fault as a result of calculating with money', (amount) => {
  expect(() => inPaise(amount)).toThrow();
});

it('shares of a growing part rise from nothing to the whole amount, also where a double is not exact', () => {
  const [amount, whole] = [inPaise(9_999_999_999), 9_999_999_998];
  expect([0, 1, 4_999_999_999, whole].map((part) => shareOf(amount, part, whole))).toEqual([
    0, 1, 4_999_999_999, 9_999_999_999,
  ]);
  expect(shareOf(inPaise(700), 5, 0)).toBe(0);
});
