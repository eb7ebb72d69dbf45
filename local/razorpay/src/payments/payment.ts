import type { Order, Payment, PaymentMethod } from '../entities.ts';
import { newIdentifier } from '../identifier.ts';

const PAYER_ADDRESS = 'customer@upi';
/** Two percent, and the tax on the fee: Razorpay's standard plan. `fee` includes `tax`. */
const FEE_PERCENT = 2;
const TAX_PERCENT = 18;

type MethodDetails = Pick<Payment, 'card_id' | 'bank' | 'wallet' | 'vpa' | 'acquirer_data'> &
  Partial<Pick<Payment, 'card' | 'upi'>>;

const NO_DETAILS = { card_id: null, bank: null, wallet: null, vpa: null } as const;

const methodDetails = (method: PaymentMethod): MethodDetails => {
  switch (method) {
    case 'upi':
      return {
        ...NO_DETAILS,
        vpa: PAYER_ADDRESS,
        acquirer_data: { rrn: '322206890934' },
        upi: { payer_account_type: 'bank_account', vpa: PAYER_ADDRESS, flow: 'intent' },
      };
    case 'card': {
      const id = newIdentifier('card');
      return {
        ...NO_DETAILS,
        card_id: id,
        card: {
          id,
          entity: 'card',
          name: 'A Customer',
          last4: '1111',
          network: 'Visa',
          type: 'debit',
          issuer: null,
          international: false,
          emi: false,
          sub_type: 'consumer',
        },
        acquirer_data: { auth_code: '828553', rrn: '322206890934' },
      };
    }
    case 'netbanking':
      return { ...NO_DETAILS, bank: 'HDFC', acquirer_data: { bank_transaction_id: '0125836177' } };
    case 'wallet':
      return { ...NO_DETAILS, wallet: 'payzapp', acquirer_data: { transaction_id: null } };
  }
};

/** A payment of the whole order, as it stands before the bank has answered. It carries the notes of no one: `[]`. */
export const startPayment = (order: Order, method: PaymentMethod, nowMs: number): Payment => ({
  id: newIdentifier('pay'),
  entity: 'payment',
  amount: order.amount,
  currency: order.currency,
  base_amount: order.amount,
  status: 'created',
  order_id: order.id,
  invoice_id: null,
  international: false,
  method,
  amount_refunded: 0,
  amount_transferred: 0,
  refund_status: null,
  captured: false,
  description: null,
  ...methodDetails(method),
  email: 'customer@example.com',
  contact: '+919876543210',
  notes: [],
  fee: null,
  tax: null,
  ...NO_ERROR,
  created_at: Math.floor(nowMs / 1000),
});

const NO_ERROR = {
  error_code: null,
  error_description: null,
  error_source: null,
  error_step: null,
  error_reason: null,
} as const;

export const authorisedPayment = (payment: Payment): Payment => ({ ...payment, ...NO_ERROR, status: 'authorized' });

/** The bank says yes after the payment had been given up: `failed` steps up to `authorized`, which is legal. */
export const lateAuthorisedPayment = (payment: Payment): Payment => ({
  ...authorisedPayment(payment),
  late_authorized: true,
});

export const failedPayment = (payment: Payment): Payment => ({
  ...payment,
  status: 'failed',
  error_code: 'BAD_REQUEST_ERROR',
  error_description: 'Payment failed',
  error_source: 'bank',
  error_step: 'payment_authorization',
  error_reason: 'payment_failed',
});

export const capturedPayment = (payment: Payment): Payment => {
  const fee = Math.floor((payment.amount * FEE_PERCENT) / 100);
  const tax = Math.floor((fee * TAX_PERCENT) / 100);
  return { ...payment, status: 'captured', captured: true, fee: fee + tax, tax };
};
