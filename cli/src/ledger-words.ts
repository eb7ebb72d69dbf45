import {
  type Account,
  account,
  type LedgerEntry,
  type LedgerTransaction,
  type OrderLedger,
} from '@tiffin/contracts/ledger-api';
import { rupeesText } from '@tiffin/contracts/money';

const TYPE_WIDTH = 20;

const signed = (amountPaise: number): string => `${amountPaise > 0 ? '+' : ''}${rupeesText(amountPaise)}`;
const entryWords = ({ account: name, party, amountPaise }: LedgerEntry): string =>
  `${name}${party === undefined ? '' : ` ${party}`} ${signed(amountPaise)}`;

/** A transaction as one line, in rupees. */
export const transactionLine = ({ at, orderId, type, entries }: LedgerTransaction): string =>
  `${at}  ${orderId}  ${type.padEnd(TYPE_WIDTH)}  ${entries.map(entryWords).join(' · ')}`;

export type LedgerTotals = Readonly<Partial<Record<Account, number>>>;

export const addToTotals = (totals: LedgerTotals, { entries }: LedgerTransaction): LedgerTotals => {
  const sums: Partial<Record<Account, number>> = { ...totals };
  for (const { account: name, amountPaise } of entries) sums[name] = (sums[name] ?? 0) + amountPaise;
  return sums;
};

/** The totals of a time, zeros left out, and that they cancel each other. */
export const totalsLine = (totals: LedgerTotals): string => {
  const sums = account.options.map((name) => ({ account: name, amountPaise: totals[name] ?? 0 }));
  const rest = sums.reduce((sum, { amountPaise }) => sum + amountPaise, 0);
  const shown = sums.filter(({ amountPaise }) => amountPaise !== 0).map(entryWords);
  return `${shown.length === 0 ? 'nothing' : shown.join(' · ')} (together ${rupeesText(rest)})`;
};

/** All of one order, for a person. */
export const orderWords = ({ items, balances, payment }: OrderLedger): string =>
  [
    ...items.map(transactionLine),
    `comes to: ${balances.length === 0 ? 'nothing' : balances.map(entryWords).join(' · ')}`,
    payment
      ? `its payment: ${rupeesText(payment.capturedPaise)} came, ${rupeesText(payment.refundedPaise)} went back${payment.agrees ? '' : '; THE LEDGER DIFFERS'}`
      : 'it was never paid here',
  ].join('\n');
