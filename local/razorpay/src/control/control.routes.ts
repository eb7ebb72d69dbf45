import { Router } from 'express';
import { z } from 'zod';
import { PAYMENT_METHODS } from '../entities.ts';
import { DEFAULT_STALL_MS, FAULT_KINDS, type FaultPlan } from '../http/fault-plan.ts';
import { sendOutcome, sendRefusal } from '../http/serve-endpoint.ts';
import { PAYMENT_OUTCOMES, type takePayment } from '../payments/take-payment.ts';
import type { refundPayment } from '../refunds/refund-payment.ts';
import type { RefundVerdicts } from '../refunds/refund-verdicts.ts';
import { checkoutTriple } from '../signature.ts';
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

const refundSchema = z.strictObject({
  paymentId: z.string(),
  amount: z.int().optional(),
  outcome: z.enum(['processed', 'failed']).optional(),
});

const refundPlanSchema = z.strictObject({
  failNext: z.int().min(0).max(1_000_000).optional(),
  settleAfterMs: z.int().min(0).max(600_000).nullable().optional(),
});

export interface Controls {
  readonly pay: ReturnType<typeof takePayment>;
  readonly refund: ReturnType<typeof refundPayment>;
  readonly verdicts: RefundVerdicts;
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
    response.json(checkoutTriple(keySecret, outcome.value));
  });

  // A person at the dashboard: no key, no notes of ours, and nobody asked the service first.
  router.post('/refund', (request, response) => {
    const asked = parse(refundSchema, request.body, response);
    if (asked === undefined) return;
    const { paymentId, amount, outcome } = asked;
    const body = amount === undefined ? {} : { amount };
    const verdict = outcome && { outcome, afterMs: controls.verdicts.plan().settleAfterMs ?? undefined };
    sendOutcome(response, controls.refund(paymentId, undefined, body, verdict));
  });

  router.post('/refunds', (request, response) => {
    const changes = parse(refundPlanSchema, request.body, response);
    if (changes !== undefined) response.json(controls.verdicts.set(changes));
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
