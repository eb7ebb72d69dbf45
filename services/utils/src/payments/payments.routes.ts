import { orderId } from '@tiffin/contracts/ids';
import {
  checkout,
  paymentReply,
  refundReply,
  requestRefund as requestRefundBody,
  startPayment as startPaymentBody,
  verifyPayment as verifyPaymentBody,
  verifyReply,
} from '@tiffin/contracts/payment-api';
import type { UserPrincipal } from '@tiffin/platform/http/principal';
import { accepted, ok, problem } from '@tiffin/platform/http/reply';
import { route } from '@tiffin/platform/http/route';
import * as z from 'zod';
import type { askRefund } from './ask-refund.ts';
import type { GatewayFailure } from './gateway.ts';
import type { PaymentStore } from './payment.store.ts';
import { maySee, paymentView, refundView, refundViewForAdmin } from './payment.ts';
import type { startPayment } from './start-payment.ts';
import type { verifyPayment } from './verify-payment.ts';

export type PaymentDoors = {
  readonly payments: PaymentStore;
  readonly startPayment: ReturnType<typeof startPayment>;
  readonly verifyPayment: ReturnType<typeof verifyPayment>;
  readonly askRefund: ReturnType<typeof askRefund>;
  /** The public half of the gateway's key pair; the checkout page names the merchant by it. */
  readonly keyId: string;
};

const RETRY_AFTER_S = 5;
const byOrder = z.strictObject({ orderId });
const noSuchOrder = () => problem('not_found', 'There is no such order for you.');
const noSuchPayment = () => problem('not_found', 'There is no such payment for you.');

export const paymentRoutes = ({ payments, startPayment, verifyPayment, askRefund, keyId }: PaymentDoors) => [
  route({
    method: 'post',
    path: '/api/v1/payments',
    summary: 'Opens the payment of an order; asked twice, it is the same gateway order.',
    who: ['customer'],
    body: startPaymentBody,
    replies: { 200: checkout },
    problems: ['not_found', 'payment_conflict', 'bad_gateway', 'unavailable'],
    idempotent: true,
    handle: async ({ body, principal, traceparent }) => {
      const started = await startPayment(principal.userId, body.orderId, traceparent);
      switch (started.kind) {
        case 'started': {
          const { gatewayOrderId: razorpayOrderId, amountPaise, currency, orderId } = started.payment;
          return ok({ key: keyId, razorpayOrderId, amountPaise, currency, orderId });
        }
        case 'no-such-order':
          return noSuchOrder();
        case 'not-payable':
          return problem('payment_conflict', `The order cannot be paid: it is ${started.status}.`);
        case 'gateway':
          return gatewayProblem(started.failure);
      }
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/payments/verify',
    summary: 'Takes what the checkout page handed back, and asks the gateway whether money moved.',
    who: ['customer'],
    body: verifyPaymentBody,
    replies: { 200: verifyReply, 202: verifyReply },
    problems: ['not_found', 'bad_signature'],
    handle: async ({ body, principal }) => {
      const verified = await verifyPayment(principal.userId, {
        gatewayOrderId: body.razorpay_order_id,
        gatewayPaymentId: body.razorpay_payment_id,
        signature: body.razorpay_signature,
      });
      switch (verified.kind) {
        case 'verified':
          return ok({ status: verified.status });
        case 'pending':
          return accepted({ status: 'pending' });
        case 'no-such-payment':
          return noSuchPayment();
        case 'bad-signature':
          return problem('bad_signature', 'The signature is not the gateway’s.');
      }
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/payments/:orderId',
    summary:
      'The payment of an order, for its customer, its restaurant or an admin, who sees every step of its refunds.',
    who: ['customer', 'restaurant', 'admin'],
    params: byOrder,
    replies: { 200: paymentReply },
    problems: ['not_found'],
    handle: async ({ params, principal }) => {
      const stored = await payments.find(params.orderId);
      if (!stored || !maySee(stored.state, principal)) return noSuchPayment();
      return ok({ payment: paymentView(stored.state, viewFor(principal)) });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/payments/:orderId/refunds',
    summary:
      'Sends money back: all that is left, a part of it, or what missing items cost. A restaurant only the last.',
    who: ['admin', 'restaurant'],
    params: byOrder,
    body: requestRefundBody,
    replies: { 202: refundReply },
    problems: [
      'forbidden',
      'not_found',
      'payment_conflict',
      'refund_not_possible',
      'items_not_refundable',
      'unavailable',
    ],
    idempotent: true,
    handle: async ({ params, body, principal, ids, traceparent }) => {
      if (principal.role === 'restaurant' && body.items === undefined)
        return problem('forbidden', 'A restaurant names the items that were missing.');
      const asked = await askRefund(params.orderId, { ...body, origin: ids.documentId }, principal, {
        causationId: null,
        traceparent,
      });
      switch (asked.kind) {
        case 'requested':
          return accepted({ refund: viewFor(principal)(asked.refund) });
        case 'missing':
          return noSuchPayment();
        case 'conflict':
          return problem(asked.code, asked.detail);
      }
    },
  }),
];

const gatewayProblem = ({ kind }: GatewayFailure) =>
  kind === 'rejected'
    ? problem('bad_gateway', 'The payment gateway refused the order.')
    : problem('unavailable', 'The payment gateway does not answer. Try again.', { retryAfterSeconds: RETRY_AFTER_S });

const viewFor = ({ role }: UserPrincipal) => (role === 'admin' ? refundViewForAdmin : refundView);
