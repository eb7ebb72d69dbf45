import { type Clock, HOUR, MINUTE } from '@tiffin/platform/clock';
import type { PaymentFact, RazorpayGateway } from '../payments/gateway.ts';
import { type Reread, rereadGateway, rereadPayment, rereadRefunds } from '../payments/reconcile-payment.ts';
import type { FactTaken, FactTaker } from '../payments/take-fact.ts';
import type { InboxRow } from './inbox.store.ts';
import { readWebhook, type WebhookBody } from './webhook-body.ts';

/** How a row ends, or that it cannot be worked on now. */
export type WebhookApplied =
  | { readonly kind: 'ended'; readonly status: 'processed' | 'ignored' | 'quarantined'; readonly reason?: string }
  | { readonly kind: 'later'; readonly reason: string };

const OLDEST_MS = 24 * HOUR;
const YOUNGEST_MS = 5 * MINUTE;

/**
 * What the gateway told us reaches our payments. A snapshot of long ago, from the future, or asked for again by a person is not believed:
 * the gateway is asked how things stand. Applied twice, as after a crash, it changes nothing.
 */
export const applyWebhook =
  ({ gateway, takeFact, now }: { gateway: RazorpayGateway; takeFact: FactTaker; now: Clock }) =>
  async (row: InboxRow): Promise<WebhookApplied> => {
    const webhook = readWebhook(row.body);
    if (!webhook) return { kind: 'ended', status: 'quarantined', reason: 'it cannot be read' };
    return row.replayed || isStale(webhook, row.receivedAt, now())
      ? askGateway({ gateway, takeFact }, webhook)
      : { kind: 'ended', ...endOf(await believe(takeFact, webhook)) };
  };

// Compared with the time of arrival too: a row that waited here for hours was no old news when it came.
const isStale = ({ createdAt }: WebhookBody, receivedAt: Date, now: Date): boolean =>
  receivedAt.getTime() - createdAt.getTime() > OLDEST_MS ||
  createdAt.getTime() - Math.min(receivedAt.getTime(), now.getTime()) > YOUNGEST_MS;

const believe = async (takeFact: FactTaker, { told }: WebhookBody): Promise<readonly FactTaken[]> => {
  switch (told.kind) {
    case 'payment':
      return [await takeFact.payment('webhook', told.payment)];
    case 'refund': {
      // A refund can be told before the capture it belongs to.
      const payment = told.payment ? [await takeFact.payment('webhook', told.payment)] : [];
      return [...payment, await takeFact.refund('webhook', told.refund, told.payment?.gatewayOrderId)];
    }
    case 'ignored':
      return [];
  }
};

const askGateway = async (
  given: { gateway: RazorpayGateway; takeFact: FactTaker },
  { told }: WebhookBody,
): Promise<WebhookApplied> => {
  if (told.kind === 'ignored') return { kind: 'ended', status: 'ignored' };
  const answers: Reread[] = [];
  if (told.payment) answers.push(await askPayment(given, told.payment));
  if (told.kind === 'refund') answers.push(await rereadRefunds(given)('webhook', told.refund.gatewayPaymentId));
  const taken: FactTaken[] = [];
  for (const answer of answers) {
    if (answer.kind === 'unavailable')
      return { kind: 'later', reason: `the gateway cannot be asked: ${answer.reason}` };
    taken.push(...answer.taken);
  }
  return { kind: 'ended', ...endOf(taken) };
};

// Money of no gateway order is nobody's here, and yet a person should hear of it.
const askPayment = async (
  given: { gateway: RazorpayGateway; takeFact: FactTaker },
  { gatewayOrderId, gatewayPaymentId }: PaymentFact,
): Promise<Reread> =>
  gatewayOrderId ? rereadGateway(given)('webhook', gatewayOrderId) : rereadPayment(given)('webhook', gatewayPaymentId);

const endOf = (taken: readonly FactTaken[]): { status: 'processed' | 'ignored' | 'quarantined'; reason?: string } => {
  if (taken.some(({ kind }) => kind === 'mismatched'))
    return { status: 'quarantined', reason: 'it differs from our record' };
  if (taken.length > 0 && taken.every(({ kind }) => kind === 'orphan'))
    return { status: 'ignored', reason: 'no payment of ours' };
  return { status: 'processed' };
};
