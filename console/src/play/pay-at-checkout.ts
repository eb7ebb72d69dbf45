import { type GatewayOrderId, gatewayOrderId, gatewayPaymentId } from '@tiffin/contracts/ids';
import { verifyReply } from '@tiffin/contracts/payment-api';
import * as z from 'zod';
import type { Answer, Doors } from '../doors/doors.ts';

export const PAY_METHODS = { upi: 'UPI', card: 'Card', netbanking: 'Netbanking' } as const;
export type PayMethod = keyof typeof PAY_METHODS;
export const isPayMethod = (text: string): text is PayMethod => Object.hasOwn(PAY_METHODS, text);

/** `dies`: the money moves, but the browser never comes back to the shop with it. */
export type CheckoutWay = 'pays' | 'fails' | 'dies';

/** What Razorpay's checkout page hands to the page of the shop. */
const handedBack = z.object({
  razorpay_order_id: gatewayOrderId,
  razorpay_payment_id: gatewayPaymentId,
  razorpay_signature: z.string(),
});

const NOTES: Readonly<Record<CheckoutWay, string>> = {
  pays: '',
  fails: 'The bank said no. The order still waits: pay again before its time is over.',
  dies: 'The browser died with the money on its way: only the gateway’s webhook tells the shop. Watch the order.',
};

/**
 * The checkout page and the way back from it. The page speaks to the gateway alone; what it hands back goes to the shop, which believes the
 * signature that the page spoke the truth, and the gateway whether money moved.
 */
export const payAtCheckout = async (
  doors: Doors,
  orderId: GatewayOrderId,
  method: PayMethod,
  way: CheckoutWay,
): Promise<{ answer: Answer<unknown>; note: string }> => {
  const paid = await doors.ask(
    {
      part: 'razorpay',
      path: '/_control/pay',
      method: 'POST',
      body: { orderId, method, outcome: way === 'fails' ? 'failed' : 'captured' },
    },
    handedBack,
  );
  if (paid.kind !== 'answered') return { answer: paid, note: '' };
  if (way !== 'pays') return { answer: paid, note: NOTES[way] };
  const verified = await doors.ask(
    { part: 'utils', path: '/api/v1/payments/verify', method: 'POST', body: paid.body },
    verifyReply,
  );
  return { answer: verified, note: NOTES.pays };
};
