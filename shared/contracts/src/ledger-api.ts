import * as z from 'zod';
import { orderId } from './ids.ts';
import { paise } from './money.ts';
import { page, pageQuery } from './page.ts';
import { instant } from './time.ts';

/**
 * Where money of an order stands. A positive amount is what we have or what went out, a negative one what we owe or what came in:
 * `customer` held for the customer · `gateway` at the payment gateway · `restaurant`, `rider` owed to them · `platform` ours: a negative
 * balance is earned, a positive one spent · `refunds` promised to the customer and not there yet.
 */
export const account = z.enum(['customer', 'gateway', 'restaurant', 'rider', 'platform', 'refunds']);
export type Account = z.infer<typeof account>;

/** Paise with a sign; sums of many orders may be more than one order can cost. */
const signedPaise = z.int();

export const ledgerEntry = z.object({
  account,
  /** Which restaurant or rider. */
  party: z.string().optional(),
  amountPaise: signedPaise,
});
export type LedgerEntry = z.infer<typeof ledgerEntry>;

/** What one event moved. The amounts of its entries sum to zero. */
export const ledgerTransaction = z.object({
  at: instant,
  orderId,
  eventId: z.string(),
  type: z.string(),
  entries: z.array(ledgerEntry),
});
export type LedgerTransaction = z.infer<typeof ledgerTransaction>;

const oldest = Date.UTC(1970, 0);
const newest = Date.UTC(2200, 0);
const isInTime = (at: Date): boolean => at.getTime() >= oldest && at.getTime() < newest;

/** An instant with its offset, `2026-11-01T00:00:00+05:30`; a day alone would leave open whose midnight is meant. */
const moment = z.iso
  .datetime({ offset: true, error: 'must be an instant with its offset, such as 2026-11-01T00:00:00+05:30' })
  .transform((text) => new Date(text))
  .refine(isInTime, 'must lie between 1970 and 2199')
  .transform((at) => at.toISOString());

export const ledgerQuery = pageQuery
  .extend({ from: moment, to: moment, account: account.optional(), orderId: orderId.optional() })
  .refine(({ from, to }) => from < to, { path: ['to'], error: 'must be later than from' });

/** Oldest first. A page may hold less than its limit and still not be the last: only a `nextCursor` of null says that. */
export const ledgerReply = page(ledgerTransaction);

export const orderLedger = z.object({
  orderId,
  items: z.array(ledgerTransaction),
  /** What the transactions come to, account by account; zeros left out. */
  balances: z.array(ledgerEntry),
  /** The order's payment by its own document. `agrees`: captured − refunded is the balance at the gateway. */
  payment: z.object({ capturedPaise: paise, refundedPaise: paise, agrees: z.boolean() }).optional(),
});
export type OrderLedger = z.infer<typeof orderLedger>;

/** Who is paid out. */
export const partyKind = z.enum(['restaurant', 'rider']);
export type PartyKind = z.infer<typeof partyKind>;

export const settlementQuery = z.strictObject({
  date: z.iso
    .date({ error: 'must be a day, such as 2026-11-01' })
    .refine((day) => isInTime(new Date(day)), 'must lie between 1970 and 2199'),
  kind: partyKind.optional(),
  format: z.enum(['csv', 'json']).optional(),
});

const payoutSums = z.object({
  /** Orders that earned this party something that day. */
  orders: z.int().min(0),
  grossPaise: signedPaise,
  /** Refunds it bears. */
  deductionsPaise: signedPaise,
  netPaise: signedPaise,
});
export type PayoutSums = z.infer<typeof payoutSums>;

export const payout = payoutSums.extend({ kind: partyKind, id: z.string() });
export type Payout = z.infer<typeof payout>;

export const settlement = z.object({
  date: z.string(),
  timeZone: z.literal('Asia/Kolkata'),
  /** The day as instants: from inclusive, to exclusive. */
  from: instant,
  to: instant,
  items: z.array(payout),
  total: payoutSums,
});
export type Settlement = z.infer<typeof settlement>;
