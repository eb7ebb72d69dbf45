import type { Order, Payment, Refund } from '../entities.ts';

export type WebhookEvent =
  | { readonly name: 'payment.authorized' | 'payment.captured' | 'payment.failed'; readonly payment: Payment }
  | { readonly name: 'order.paid'; readonly payment: Payment; readonly order: Order }
  | {
      readonly name: 'refund.created';
      readonly refund: Refund;
      readonly payment: Payment;
      /** The bank will say no to it. */
      readonly fails: boolean;
    }
  | {
      readonly name: 'refund.processed' | 'refund.failed';
      readonly refund: Refund;
      readonly payment: Payment;
    };

export type WebhookEventName = WebhookEvent['name'];

/**
 * The text of one webhook, exactly as it is signed and sent. It is a snapshot of the moment, and keeps what surprises
 * in the official samples (https://razorpay.com/docs/webhooks/payments, /webhooks/refunds).
 */
export const webhookBody = (event: WebhookEvent, accountId: string, nowMs: number): string => {
  const payload = payloadOf(event);
  return JSON.stringify({
    entity: 'event',
    account_id: accountId,
    event: event.name,
    contains: Object.keys(payload),
    payload,
    created_at: Math.floor(nowMs / 1000),
  });
};

const payloadOf = (event: WebhookEvent): Record<string, { entity: unknown }> => {
  switch (event.name) {
    case 'payment.authorized':
    case 'payment.captured':
    case 'payment.failed':
      return { payment: { entity: paymentAsSampled(event.payment) } };
    case 'order.paid':
      return { payment: { entity: event.payment }, order: { entity: event.order } };
    case 'refund.created':
      return { refund: { entity: createdRefundAsSampled(event) }, payment: { entity: event.payment } };
    case 'refund.processed':
    case 'refund.failed':
      return { refund: { entity: event.refund }, payment: { entity: event.payment } };
  }
};

/** Card samples say `captured: true` even for authorised and failed payments, and have empty texts for "no error". */
const paymentAsSampled = (payment: Payment): Payment =>
  payment.method === 'card'
    ? {
        ...payment,
        captured: true,
        error_code: payment.error_code ?? '',
        error_description: payment.error_description ?? '',
      }
    : payment;

/** The sample of `refund.created` already says "processed", though only `refund.processed` makes it true. */
const createdRefundAsSampled = ({ refund, fails }: { refund: Refund; fails: boolean }): Refund =>
  fails ? refund : { ...refund, status: 'processed' };

/** How many kinds of event overtake this one when the `reorder` switch is on: each flow arrives backwards. */
export const overtakenBy: Readonly<Record<WebhookEventName, number>> = {
  'payment.failed': 12,
  'payment.authorized': 2,
  'payment.captured': 1,
  'order.paid': 0,
  'refund.created': 4,
  'refund.processed': 0,
  'refund.failed': 0,
};
