/** `error` as Razorpay words it. Callers are told to branch on `reason` and `source`, never on `description`. */
export interface GatewayError {
  readonly code: 'BAD_REQUEST_ERROR' | 'GATEWAY_ERROR' | 'SERVER_ERROR';
  readonly description: string;
  readonly source: string;
  readonly step: string;
  readonly reason: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly field?: string;
}

export interface Refusal {
  readonly status: number;
  readonly error: GatewayError;
}

/** An expected result: what was asked for, or the refusal to send instead. */
export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export const done = <T>(value: T): Outcome<T> => ({ kind: 'done', value });

export const refused = (refusal: Refusal): Outcome<never> => ({ kind: 'refused', refusal });

/** A field of the request breaks a rule: "Error Index", orders. */
export const invalidInput = (description: string, field?: string): Refusal => ({
  status: 400,
  error: {
    code: 'BAD_REQUEST_ERROR',
    description,
    source: 'business',
    step: 'payment_initiation',
    reason: 'input_validation_failed',
    metadata: {},
    ...(field === undefined ? {} : { field }),
  },
});

export const extraFieldSent = (fields: readonly string[]): Refusal => ({
  status: 400,
  error: {
    ...invalidInput(`${fields.join(', ')} is/are not required and should not be sent`).error,
    reason: 'extra_field_sent',
  },
});

export const orderBelowMinimum = (): Refusal => ({
  status: 400,
  error: {
    ...invalidInput('Order amount less than minimum amount allowed', 'amount').error,
    step: 'order_creation',
    reason: 'amount_less_than_minimum_amount',
  },
});

export const unknownIdentifier = (): Refusal => invalidInput('The id provided does not exist');

/** Errors that concern no business field carry "NA" in every place, as the real ones do. */
export const plainRefusal = (
  status: number,
  description: string,
  code: GatewayError['code'] = 'BAD_REQUEST_ERROR',
): Refusal => ({
  status,
  error: { code, description, source: 'NA', step: 'NA', reason: 'NA', metadata: {} },
});
