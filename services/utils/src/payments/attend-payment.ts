import type { Clock } from '@tiffin/platform/clock';
import { isLookDue } from './gateway-fact.ts';
import type { PaymentStore } from './payment.store.ts';
import type { pursueRefunds } from './pursue-refunds.ts';
import type { reconcilePayment } from './reconcile-payment.ts';
import { dueRefund } from './refund.ts';

/** What a payment's clock does: looks for money that came unnoticed, and pursues what is to go back. A second runner finds nothing due. */
export const attendPayment =
  (given: {
    payments: PaymentStore;
    reconcile: ReturnType<typeof reconcilePayment>;
    pursue: ReturnType<typeof pursueRefunds>;
    now: Clock;
  }) =>
  async (orderId: string): Promise<void> => {
    const stored = await given.payments.find(orderId);
    if (!stored) return;
    if (isLookDue(stored.state, given.now())) await given.reconcile(orderId);
    if (dueRefund(stored.state, given.now())) await given.pursue(orderId);
  };
