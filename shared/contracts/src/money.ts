import * as z from 'zod';

/** Ten crore rupees: more than anything here can cost. */
export const MOST_PAISE = 100_000_000_00;

/** Money is whole paise. Floats lie: `19.99 * 100` is 1998.9999999999998. `-0` is refused because it prints as `-0` in some readers. */
export const paise = z
  .int()
  .min(0)
  .max(MOST_PAISE)
  .refine((amount) => !Object.is(amount, -0), 'must not be negative')
  .brand<'Paise'>();
export type Paise = z.infer<typeof paise>;

export const positivePaise = z.int().min(1).max(MOST_PAISE).brand<'Paise'>();

/** Nothing, in paise. */
export const NO_MONEY = paise.parse(0);

/** What was calculated, as money again. Throws for a fraction, a negative or too large an amount: a fault, whoever calculated it. */
export const inPaise = (amount: number): Paise => paise.parse(amount);

/**
 * What `part` of `whole` is of an amount, rounded down. The product of two amounts is beyond what a double holds exactly. Of nothing
 * nothing is a share.
 */
export const shareOf = (amountPaise: Paise, part: number, whole: number): Paise =>
  inPaise(whole === 0 ? 0 : Number((BigInt(amountPaise) * BigInt(part)) / BigInt(whole)));

export const currency = z.literal('INR');

/**
 * Rupees, as a bare PAYMENT_SUCCESS of version 1 carries them, to paise by their decimal text.
 * Returns undefined for a negative, non-finite or too large an amount or one with more than two decimals.
 */
export const rupeesToPaise = (rupees: number): Paise | undefined => {
  const match = /^(\d{1,10})(?:\.(\d{1,2}))?$/.exec(String(rupees));
  if (!match) return undefined;
  return paise.safeParse(Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))).data;
};

/** Rupees as text, by moving the point and never by dividing: 30700 is `307.00`, -5 is `-0.05`. */
export const rupeesText = (amountPaise: number): string => {
  const digits = String(Math.abs(amountPaise)).padStart(3, '0');
  return `${amountPaise < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};
