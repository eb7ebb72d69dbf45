import { Router } from 'express';
import { z } from 'zod';
import { PAYMENT_METHODS } from '../entities.ts';
import { DEFAULT_STALL_MS, FAULT_KINDS, type FaultPlan } from '../http/fault-plan.ts';
import { sendRefusal } from '../http/serve-endpoint.ts';
import { PAYMENT_OUTCOMES, type takePayment } from '../payments/take-payment.ts';
import { signCheckout } from '../signature.ts';
import type { replayWebhooks } from '../webhooks/replay-webhooks.ts';
import { webhookSwitchesSchema } from '../webhooks/switches.ts';
import type { WebhookArchive } from '../webhooks/webhook-archive.ts';
import { parse } from './parse.ts';
import { webhookArchiveRoutes } from './webhook-archive.routes.ts';

const paySchema = z.strictObject({
  orderId: z.string(),
  method: z.enum(PAYMENT_METHODS).default('upi'),
  outcome: z.enum(PAYMENT_OUTCOMES).default('captured'),
  force: z.boolean().default(false),
});

export interface Controls {
  readonly pay: ReturnType<typeof takePayment>;
  readonly setWebhooks: (asked: z.infer<typeof webhookSwitchesSchema>) => object;
  readonly archive: WebhookArchive;
  readonly replay: ReturnType<typeof replayWebhooks>;
  readonly faults: FaultPlan;
  readonly state: () => object;
  readonly reset: () => void;
}

/** `/_control`: plays the customer, the network and the dashboard. Never part of the real thing. */
export const controlRoutes = (controls: Controls, { routes, keySecret }: { routes: string[]; keySecret: string }) => {
  const faultSchema = z.strictObject({
    route: z.enum([...routes, '*']),
    kind: z.enum(FAULT_KINDS),
    times: z.int().min(1).max(1_000_000).default(1),
    stallMs: z.int().min(0).max(600_000).default(DEFAULT_STALL_MS),
  });
  const router = Router();

  router.post('/pay', (request, response) => {
    const attempt = parse(paySchema, request.body, response);
    if (attempt === undefined) return;
    const outcome = controls.pay(attempt);
    if (outcome.kind === 'refused') {
      sendRefusal(response, outcome.refusal);
      return;
    }
    const { id, order_id: orderId } = outcome.value;
    response.json({
      razorpay_payment_id: id,
      razorpay_order_id: orderId,
      razorpay_signature: signCheckout(keySecret, orderId, id),
    });
  });

  router.post('/webhooks', (request, response) => {
    const asked = parse(webhookSwitchesSchema, request.body, response);
    if (asked !== undefined) response.json(controls.setWebhooks(asked));
  });

  router.use('/webhooks', webhookArchiveRoutes(controls));

  router.post('/faults', (request, response) => {
    const fault = parse(faultSchema, request.body, response);
    if (fault === undefined) return;
    controls.faults.add(fault);
    response.json({ faults: controls.faults.list() });
  });

  router.get('/state', (_request, response) => {
    response.json(controls.state());
  });

  router.post('/reset', (_request, response) => {
    controls.reset();
    response.json({ reset: true });
  });

  return router;
};
