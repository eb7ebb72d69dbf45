import { SECOND } from '@tiffin/platform/clock';
import * as z from 'zod';
import type { BankFacts } from './facts.ts';
import { groupBy } from './group-by.ts';

/** The fake Razorpay as its owner sees it: the way its webhooks go, and what money really moved. */
export type Bank = {
  webhooks(switches: { deliver?: boolean; duplicate?: number; reorder?: boolean }): Promise<void>;
  /** What was captured and given back, by gateway order. */
  moved(): Promise<readonly BankFacts[]>;
};

const PATIENCE_MS = 20 * SECOND;
const TRIES = 5;
const state = z.object({
  payments: z.array(z.object({ id: z.string(), order_id: z.string(), amount: z.int(), captured: z.boolean() })),
  refunds: z.array(z.object({ payment_id: z.string(), amount: z.int(), status: z.string() })),
});

export const createBank = (razorpayUrl: string): Bank => {
  const control = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${razorpayUrl}/_control/${path}`, {
      method,
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`the fake Razorpay answered ${response.status}`);
    return response.json();
  };
  return {
    webhooks: async (switches) => {
      for (let tries = 1; ; tries += 1) {
        try {
          await control('POST', 'webhooks', switches);
          return;
        } catch (error) {
          if (tries === TRIES) throw error;
          await new Promise((resolve) => setTimeout(resolve, SECOND));
        }
      }
    },
    moved: async () => {
      const { payments, refunds } = state.parse(await control('GET', 'state'));
      const processed = refunds.filter(({ status }) => status === 'processed');
      const backOf = new Map([...groupBy(processed, (refund) => refund.payment_id)].map(([id, all]) => [id, sum(all)]));
      const captured = payments.filter((payment) => payment.captured);
      return [...groupBy(captured, (payment) => payment.order_id)].map(([gatewayOrderId, all]) => ({
        gatewayOrderId,
        capturedPaise: sum(all),
        refundedPaise: all.reduce((total, { id }) => total + (backOf.get(id) ?? 0), 0),
      }));
    },
  };
};

const sum = (all: readonly { readonly amount: number }[]) => all.reduce((total, { amount }) => total + amount, 0);
