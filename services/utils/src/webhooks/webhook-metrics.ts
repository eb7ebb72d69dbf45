import { Counter, type Registry } from 'prom-client';

/** What became of a webhook at the door. `unavailable`: it could not be kept, and the gateway tries again. */
export type WebhookAnswer = 'stored' | 'duplicate' | 'bad_signature' | 'unavailable';

/** Counts webhooks by what became of them at the door: refused signatures show here, as nobody reads a line for each. */
export const countWebhooks = (registry: Registry) => {
  const webhooks = new Counter({
    name: 'tiffin_webhooks_total',
    help: 'Webhooks of the payment gateway, by what became of them at the door',
    labelNames: ['result'],
    registers: [registry],
  });
  return (result: WebhookAnswer) => webhooks.inc({ result });
};
