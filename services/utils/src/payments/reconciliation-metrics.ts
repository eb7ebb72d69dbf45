import type { Clock } from '@tiffin/platform/clock';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { ReconciliationStore } from './reconciliation.store.ts';
import { type Look, lagSeconds } from './reconciliation-look.ts';

/**
 * Measures the reconciler: how many payments are open and due, and the lag, asked of the database when Prometheus asks and absent while it
 * is away; and what the looks of this process came to.
 */
export const measureReconciliation = (
  registry: Registry,
  { standing }: Pick<ReconciliationStore, 'standing'>,
  now: Clock,
) => {
  const registers = [registry];
  new Gauge({
    name: 'tiffin_reconciliation_lag_seconds',
    help: 'How long the payment that is due longest has waited to be looked at',
    registers,
    async collect() {
      const found = await standing().catch(() => undefined);
      this.reset();
      this.set(found ? lagSeconds(found.oldestDueAt, now()) : Number.NaN);
    },
  });
  new Gauge({
    name: 'tiffin_payments_waiting',
    help: 'Payments that may still be paid unnoticed (open), and those to be looked at now (due)',
    labelNames: ['kind'],
    registers,
    async collect() {
      const found = await standing().catch(() => undefined);
      this.reset();
      if (!found) return;
      this.set({ kind: 'open' }, found.open);
      this.set({ kind: 'due' }, found.due);
    },
  });
  const looks = new Counter({
    name: 'tiffin_reconciliation_looks_total',
    help: 'Payments the gateway was asked about, by what came of it',
    labelNames: ['outcome'],
    registers,
  });
  return (look: Look) => {
    const outcomes = OUTCOMES.filter((outcome) => look[outcome]);
    for (const outcome of outcomes.length > 0 ? outcomes : ['nothing']) looks.inc({ outcome });
  };
};

const OUTCOMES = ['recovered', 'mismatched', 'orphaned', 'unavailable'] as const satisfies readonly (keyof Look)[];
