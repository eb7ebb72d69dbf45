import { type LedgerTransaction, type Payout, type PayoutSums, partyKind } from '@tiffin/contracts/ledger-api';
import { HOUR } from '@tiffin/platform/clock';

/** India has one time zone and no summer time: a day begins at 18:30 UTC of the day before. */
const MIDNIGHT = 'T00:00:00.000+05:30';
const DAY_MS = 24 * HOUR;

/** The instants a day in India begins and ends at. */
export const dayInIndia = (date: string): { from: string; to: string } => {
  const begins = Date.parse(`${date}${MIDNIGHT}`);
  return { from: new Date(begins).toISOString(), to: new Date(begins + DAY_MS).toISOString() };
};

const NOTHING: PayoutSums = { orders: 0, grossPaise: 0, deductionsPaise: 0, netPaise: 0 };

/** Adds what a transaction owes to restaurants and riders, or takes back from them: a refund is a deduction, one that failed lowers it. */
export const addToPayouts = (payouts: Map<string, Payout>, { type, entries }: LedgerTransaction): void => {
  for (const { account, party = '', amountPaise } of entries) {
    const { data: kind } = partyKind.safeParse(account);
    if (!kind) continue;
    const key = `${kind} ${party}`;
    const before = payouts.get(key) ?? { kind, id: party, ...NOTHING };
    const isRefund = type.startsWith('REFUND_');
    payouts.set(key, {
      ...before,
      orders: before.orders + (isRefund ? 0 : 1),
      grossPaise: before.grossPaise - (isRefund ? 0 : amountPaise),
      deductionsPaise: before.deductionsPaise + (isRefund ? amountPaise : 0),
      netPaise: before.netPaise - amountPaise,
    });
  }
};

/** The sums of many payouts. */
export const totalOf = (payouts: readonly PayoutSums[]): PayoutSums =>
  payouts.reduce(
    (total, { orders, grossPaise, deductionsPaise, netPaise }) => ({
      orders: total.orders + orders,
      grossPaise: total.grossPaise + grossPaise,
      deductionsPaise: total.deductionsPaise + deductionsPaise,
      netPaise: total.netPaise + netPaise,
    }),
    NOTHING,
  );
