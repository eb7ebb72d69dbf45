import type { FaultPlan } from '../http/fault-plan.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { RefundVerdicts } from '../refunds/refund-verdicts.ts';
import type { Outbox, WebhookState } from '../webhooks/outbox.ts';
import type { Switches, WebhookSwitches } from '../webhooks/switches.ts';

/** What `POST /_control/webhooks` answers and `GET /_control/state` shows: the switches, without the secret. */
export const publicSwitches = ({ secret, ...rest }: WebhookSwitches) => ({ ...rest, ownSecret: secret !== null });

/** `GET /_control/state`: the whole truth of the gateway, for checks that compare it with what the receiver believes. */
export const readState =
  ({
    accountId,
    ledger,
    outbox,
    switches,
    faults,
    verdicts,
    redirectsFollowed,
  }: {
    accountId: string;
    ledger: Ledger;
    outbox: Outbox;
    switches: Switches;
    faults: FaultPlan;
    verdicts: RefundVerdicts;
    redirectsFollowed: () => number;
  }) =>
  () => {
    const { orders, payments, refunds } = ledger.everything();
    const events = outbox.all();
    const counts: Record<WebhookState, number> = { pending: 0, delivered: 0, dropped: 0, 'given-up': 0 };
    for (const { state } of events) counts[state] += 1;
    return {
      accountId,
      orders,
      payments,
      refunds,
      webhooks: { switches: publicSwitches(switches.current()), counts, events },
      faults: faults.list(),
      refundPlan: verdicts.plan(),
      redirectsFollowed: redirectsFollowed(),
    };
  };
