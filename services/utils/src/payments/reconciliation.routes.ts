import {
  type ReconciliationStanding,
  reconcileNow as reconcileBody,
  reconciledReply,
  reconciliationDueReply,
  reconciliationReply,
} from '@tiffin/contracts/payment-operations-api';
import type { Clock } from '@tiffin/platform/clock';
import { accepted, ok, problem } from '@tiffin/platform/http/reply';
import { route } from '@tiffin/platform/http/route';
import type { ReconciliationStore } from './reconciliation.store.ts';
import { lagSeconds } from './reconciliation-look.ts';
import type { reconcileNow } from './reconciliation-now.ts';

export const reconciliationRoutes = ({
  reconciliation,
  reconcileNow: run,
  now,
}: {
  reconciliation: ReconciliationStore;
  reconcileNow: ReturnType<typeof reconcileNow>;
  now: Clock;
}) => [
  route({
    method: 'get',
    path: '/admin/reconciliation',
    summary: 'How looking for lost money stands: what is open, what is due and for how long, what was found so far.',
    who: ['admin'],
    replies: { 200: reconciliationReply },
    handle: async () => {
      const [{ open, due, oldestDueAt }, { counts, lastLookAt }] = await Promise.all([
        reconciliation.standing(),
        reconciliation.soFar(),
      ]);
      const standing: ReconciliationStanding = {
        open,
        due,
        oldestDueAt: oldestDueAt?.toISOString() ?? null,
        lagSeconds: lagSeconds(oldestDueAt, now()),
        soFar: counts,
        lastLookAt: lastLookAt?.toISOString() ?? null,
      };
      return ok(standing);
    },
  }),
  route({
    method: 'post',
    path: '/admin/reconciliation',
    summary: 'Asks the gateway now, about one payment or every open one; of many it makes them due and answers 202.',
    who: ['admin'],
    body: reconcileBody,
    replies: { 200: reconciledReply, 202: reconciliationDueReply },
    problems: ['not_found'],
    handle: async ({ body, principal }) => {
      const reconciled = await run(body.orderId, principal.userId);
      switch (reconciled.kind) {
        case 'looked':
          return ok(reconciled.counts);
        case 'due':
          return accepted({ due: reconciled.due, left: reconciled.left });
        case 'missing':
          return problem('not_found', 'There is no payment of this order.');
      }
    },
  }),
];
