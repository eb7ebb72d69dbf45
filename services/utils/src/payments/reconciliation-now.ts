import type { OrderId } from '@tiffin/contracts/ids';
import type { LookCounts } from '@tiffin/contracts/payment-operations-api';
import type { Clock } from '@tiffin/platform/clock';
import type { ActAudited } from '../operations/act-audited.ts';
import { lookNow } from './gateway-fact.ts';
import type { PaymentStore } from './payment.store.ts';
import type { reconcilePayment } from './reconcile-payment.ts';
import type { ReconciliationStore } from './reconciliation.store.ts';
import { countLooks } from './reconciliation-look.ts';
import type { Turns } from './reconciliation-turns.ts';

/** So many payments are looked at while the one who asked waits; more are made due. */
const MOST_WHILE_WAITING = 100;
/** So many one request makes due. */
const MOST_DUE = 1_000;

export type ReconciledNow =
  | { readonly kind: 'looked'; readonly counts: LookCounts }
  | { readonly kind: 'due'; readonly due: number; readonly left: number }
  | { readonly kind: 'missing' };

/**
 * A person wants the gateway asked now, about one payment or every open one. A few are looked at before this answers; many are made due,
 * and the reconciler takes them up at once, wherever it runs. What comes of it goes the way every fact goes. The audit knows before.
 */
export const reconcileNow =
  (given: {
    payments: PaymentStore;
    reconciliation: ReconciliationStore;
    reconcile: ReturnType<typeof reconcilePayment>;
    /** Bounds the writes at once that make payments due. */
    inTurn: Turns;
    act: ActAudited;
    now: Clock;
  }) =>
  async (orderId: OrderId | undefined, who: string): Promise<ReconciledNow> => {
    const { payments, reconciliation, act } = given;
    if (orderId !== undefined && !(await payments.find(orderId))) return { kind: 'missing' };
    return act({ who, action: 'reconciliation.run', target: orderId ?? 'open payments', detail: {} }, async () => {
      const ids = orderId === undefined ? await reconciliation.open(MOST_DUE) : [orderId];
      return ids.length > MOST_WHILE_WAITING ? makeDue(given, ids) : look(given, ids);
    });
  };

type Given = Parameters<typeof reconcileNow>[0];

const look = async ({ reconcile }: Given, ids: readonly string[]): Promise<ReconciledNow> => {
  const looks = await Promise.all(ids.map((id) => reconcile(id, { evenIfNotDue: true })));
  return { kind: 'looked', counts: countLooks(looks.filter((one) => one !== undefined)) };
};

const makeDue = async (
  { payments, reconciliation, inTurn, now }: Given,
  ids: readonly string[],
): Promise<ReconciledNow> => {
  const { open } = await reconciliation.standing();
  await Promise.all(
    ids.map((id) => inTurn(() => payments.change(id, (state) => lookNow(state, now()), { causationId: null }))),
  );
  return { kind: 'due', due: ids.length, left: Math.max(0, open - ids.length) };
};
