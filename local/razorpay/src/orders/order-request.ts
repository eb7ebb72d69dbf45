import type { CaptureSettings, Notes } from '../entities.ts';
import { done, extraFieldSent, invalidInput, type Outcome, orderBelowMinimum, refused } from '../refusal.ts';
import {
  type Fields,
  fieldsOf,
  MINIMUM_PAISE,
  readAmount,
  readCurrency,
  readNotes,
  readReceipt,
  unexpectedFields,
} from '../request-fields.ts';

/** Five days: what Razorpay waits for a capture when the order does not say. */
const LONGEST_EXPIRY_MINUTES = 7200;
const SHORTEST_EXPIRY_MINUTES = 12;

const ORDER_FIELDS = new Set([
  'amount',
  'currency',
  'receipt',
  'unique_receipt',
  'notes',
  'payment',
  'payment_capture',
  'partial_payment',
]);
const PAYMENT_FIELDS = new Set(['capture', 'capture_options']);
const OPTION_FIELDS = new Set(['automatic_expiry_period', 'manual_expiry_period', 'refund_speed']);

export interface OrderRequest {
  readonly amount: number;
  readonly currency: string;
  readonly receipt: string | null;
  /** A repeat of the receipt is answered with the order that has it, instead of an error. */
  readonly uniqueReceipt: boolean;
  readonly notes: Notes;
  readonly capture: CaptureSettings;
}

/** The body of `POST /v1/orders`, or the first rule of the "Error Index" that it breaks. */
export const readOrderRequest = (body: unknown): Outcome<OrderRequest> => {
  const fields = fieldsOf(body);
  const extra = unexpectedFields(fields, ORDER_FIELDS);
  // The account of the fake has no partial payments, and an account without a feature refuses its field.
  if (fields.partial_payment === true) extra.push('partial_payment');
  if (extra.length > 0) return refused(extraFieldSent(extra));

  const amount = readAmount(fields.amount);
  if (amount.kind === 'refused') return amount;
  if (amount.value < MINIMUM_PAISE) return refused(orderBelowMinimum());
  const currency = readCurrency(fields.currency);
  if (currency.kind === 'refused') return currency;
  const receipt = readReceipt(fields.receipt);
  if (receipt.kind === 'refused') return receipt;
  const notes = readNotes(fields.notes);
  if (notes.kind === 'refused') return notes;
  const capture = readCapture(fields);
  if (capture.kind === 'refused') return capture;

  return done({
    amount: amount.value,
    currency: currency.value,
    receipt: receipt.value,
    uniqueReceipt: fields.unique_receipt === true,
    notes: notes.value,
    capture: capture.value,
  });
};

/** The body of `PATCH /v1/orders/:id`: the notes are the only thing of an order that can change. */
export const readOrderChange = (body: unknown): Outcome<Notes> => {
  const fields = fieldsOf(body);
  const extra = unexpectedFields(fields, new Set(['notes']));
  if (extra.length > 0) return refused(extraFieldSent(extra));
  if (fields.notes === undefined) return refused(invalidInput('notes: is required.', 'notes'));
  return readNotes(fields.notes);
};

const readCapture = (fields: Fields): Outcome<CaptureSettings> => {
  if (fields.payment === undefined) return done(legacyCapture(fields.payment_capture));
  const payment = fieldsOf(fields.payment);
  const extra = unexpectedFields(payment, PAYMENT_FIELDS);
  if (extra.length > 0) return refused(extraFieldSent(extra));
  if (payment.capture !== 'automatic' && payment.capture !== 'manual') {
    return refused(invalidInput('The selected capture is invalid.', 'capture'));
  }
  const manualExpiryMinutes = readExpiry(fieldsOf(payment.capture_options));
  return manualExpiryMinutes.kind === 'refused'
    ? manualExpiryMinutes
    : done({ capture: payment.capture, manualExpiryMinutes: manualExpiryMinutes.value });
};

/** `payment_capture` is the older, still accepted way to say it. */
const legacyCapture = (value: unknown): CaptureSettings => ({
  capture: value === false || value === 0 ? 'manual' : 'automatic',
  manualExpiryMinutes: LONGEST_EXPIRY_MINUTES,
});

const readExpiry = (options: Fields): Outcome<number> => {
  const extra = unexpectedFields(options, OPTION_FIELDS);
  if (extra.length > 0) return refused(extraFieldSent(extra));
  const automatic = options.automatic_expiry_period ?? SHORTEST_EXPIRY_MINUTES;
  const manual = options.manual_expiry_period ?? LONGEST_EXPIRY_MINUTES;
  if (!isMinutes(automatic) || automatic < SHORTEST_EXPIRY_MINUTES) {
    return refused(
      invalidInput(
        `The automatic expiry period must be at least ${SHORTEST_EXPIRY_MINUTES}.`,
        'automatic_expiry_period',
      ),
    );
  }
  if (!isMinutes(manual) || manual < automatic || manual > LONGEST_EXPIRY_MINUTES) {
    return refused(
      invalidInput(
        `The manual expiry period must be between the automatic expiry period and ${LONGEST_EXPIRY_MINUTES}.`,
        'manual_expiry_period',
      ),
    );
  }
  const speed = options.refund_speed ?? 'normal';
  if (speed !== 'normal' && speed !== 'optimum') {
    return refused(invalidInput('The selected refund speed is invalid.', 'refund_speed'));
  }
  return done(manual);
};

const isMinutes = (value: unknown): value is number => Number.isSafeInteger(value);
