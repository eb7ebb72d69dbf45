/**
 * The entities as they travel: the field names, the nulls and the empty `notes: []` are Razorpay's.
 * Amounts are integer paise, times are unix seconds.
 * https://razorpay.com/docs/api/orders/entity, /payments/entity, /refunds/entity
 */

/** An object of texts, or `[]` when there is none: PHP's empty array shows through, and has crashed real receivers. */
export type Notes = Readonly<Record<string, string>> | readonly [];

export type OrderStatus = 'created' | 'attempted' | 'paid';

export interface Order {
  readonly id: string;
  readonly entity: 'order';
  readonly amount: number;
  readonly amount_paid: number;
  readonly amount_due: number;
  readonly currency: string;
  readonly receipt: string | null;
  readonly offer_id: null;
  readonly status: OrderStatus;
  readonly attempts: number;
  readonly notes: Notes;
  readonly created_at: number;
}

/** What the merchant asked about capture when the order was created. Never shown in the order entity, as in the real one. */
export interface CaptureSettings {
  readonly capture: 'automatic' | 'manual';
  /** An authorised payment that nobody captured goes back after this many minutes. */
  readonly manualExpiryMinutes: number;
}

export const PAYMENT_METHODS = ['upi', 'card', 'netbanking', 'wallet'] as const;
export type PaymentMethod = (typeof PAYMENT_METHODS)[number];

export type PaymentStatus = 'created' | 'authorized' | 'captured' | 'refunded' | 'failed';

export interface Card {
  readonly id: string;
  readonly entity: 'card';
  readonly name: string;
  readonly last4: string;
  readonly network: string;
  readonly type: string;
  readonly issuer: string | null;
  readonly international: boolean;
  readonly emi: boolean;
  readonly sub_type: string;
}

export interface Payment {
  readonly id: string;
  readonly entity: 'payment';
  readonly amount: number;
  readonly currency: string;
  readonly base_amount: number;
  readonly status: PaymentStatus;
  readonly order_id: string;
  readonly invoice_id: null;
  readonly international: boolean;
  readonly method: PaymentMethod;
  readonly amount_refunded: number;
  readonly amount_transferred: number;
  readonly refund_status: null | 'partial' | 'full';
  readonly captured: boolean;
  readonly description: null;
  readonly card_id: string | null;
  readonly card?: Card;
  readonly bank: string | null;
  readonly wallet: string | null;
  readonly vpa: string | null;
  readonly email: string;
  readonly contact: string;
  readonly notes: Notes;
  readonly fee: number | null;
  readonly tax: number | null;
  readonly error_code: string | null;
  readonly error_description: string | null;
  readonly error_source: string | null;
  readonly error_step: string | null;
  readonly error_reason: string | null;
  readonly acquirer_data: Readonly<Record<string, string | null>>;
  readonly upi?: { readonly payer_account_type: string; readonly vpa: string; readonly flow: string };
  readonly late_authorized?: true;
  readonly created_at: number;
}

export type RefundStatus = 'pending' | 'processed' | 'failed';
export type RefundSpeed = 'normal' | 'optimum';

export interface Refund {
  readonly id: string;
  readonly entity: 'refund';
  readonly amount: number;
  readonly currency: string;
  readonly payment_id: string;
  readonly notes: Notes;
  readonly receipt: string | null;
  readonly acquirer_data: { readonly arn: string | null };
  readonly created_at: number;
  readonly batch_id: null;
  readonly status: RefundStatus;
  readonly speed_processed: 'normal' | 'instant';
  readonly speed_requested: RefundSpeed;
}
