import fc from 'fast-check';
import { expect, it } from 'vitest';
import { paise, rupeesToPaise } from './money.ts';

it('every price of whole paise survives the way through rupees, where floats would lie', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 99_999_999 }), (amountPaise) => {
      expect(rupeesToPaise(amountPaise / 100)).toBe(amountPaise);
    }),
  );
});

it.each([4.35, 19.99, 0.1, 1, 100])('%s rupees are whole paise', (rupees) => {
  expect(Number.isInteger(rupeesToPaise(rupees))).toBe(true);
});

it.each([-1, 1.001, Number.NaN, Number.POSITIVE_INFINITY, 1e-7, 1e22])('%s rupees are no amount', (rupees) => {
  expect(rupeesToPaise(rupees)).toBeUndefined();
});

it.each([-1, 0.5, -0, 1e21, '100', null, 2 ** 53])('H126: %s is no amount in paise', (amount) => {
  expect(paise.safeParse(amount).success).toBe(false);
});
