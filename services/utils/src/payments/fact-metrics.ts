import { Counter, type Registry } from 'prom-client';

/** Counts what the gateway told us, by where it came from and what it came to: recovered, mismatched and orphaned money shows here. */
export const countFacts = (registry: Registry) => {
  const facts = new Counter({
    name: 'payment_facts_total',
    help: 'Facts about payments, by source (webhook, callback, reconciler) and what they came to',
    labelNames: ['source', 'outcome'],
    registers: [registry],
  });
  return (source: string, outcome: string) => facts.inc({ source, outcome });
};
