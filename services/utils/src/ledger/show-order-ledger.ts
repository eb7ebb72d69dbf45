import type { OrderId } from '@tiffin/contracts/ids';
import type { OrderLedger } from '@tiffin/contracts/ledger-api';
import { inPaise } from '@tiffin/contracts/money';
import type { EventLog } from '../event-log/logged-event.store.ts';
import type { PaymentStore } from '../payments/payment.store.ts';
import type { PaymentState } from '../payments/payment.ts';
import { moneyTypes, readMoneyEvent } from './money-event.ts';
import { balanceEntries, postingsOf } from './postings.ts';

/**
 * All that one order's money did, compared with the payment's own document. The two may differ for the moment an event needs to reach the
 * log. Undefined for an order nothing was ever heard of.
 */
export const showOrderLedger =
  ({ eventLog, payments }: { eventLog: Pick<EventLog, 'list' | 'histories'>; payments: Pick<PaymentStore, 'find'> }) =>
  async (orderId: OrderId): Promise<OrderLedger | undefined> => {
    const logged = (await eventLog.histories([orderId], moneyTypes)).get(orderId) ?? [];
    const stored = await payments.find(orderId);
    if (logged.length === 0 && !stored) {
      const anything = await eventLog.list({ subject: orderId }, undefined, 1);
      if (anything.length === 0) return undefined;
    }
    const history = logged.flatMap((event) => readMoneyEvent(event) ?? []);
    const balances = [...balanceEntries(history)];
    const atGateway = balances.find(({ account }) => account === 'gateway')?.amountPaise ?? 0;
    return {
      orderId,
      items: [...postingsOf(history)],
      balances,
      ...(stored ? { payment: compared(stored.state, atGateway) } : {}),
    };
  };

const compared = ({ attempts }: PaymentState, atGateway: number) => {
  const capturedPaise = inPaise(attempts.reduce((total, attempt) => total + attempt.capturedPaise, 0));
  const refundedPaise = inPaise(attempts.reduce((total, attempt) => total + attempt.refundedPaise, 0));
  return { capturedPaise, refundedPaise, agrees: capturedPaise - refundedPaise === atGateway };
};
