import * as z from 'zod';

/** Every error a door can answer: code → HTTP status and title. The code is stable; programs branch on it, never on the text. */
export const PROBLEMS = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  bad_signature: { status: 400, title: 'The signature does not match' },
  unauthenticated: { status: 401, title: 'A valid token is required' },
  forbidden: { status: 403, title: 'Not allowed for this role' },
  not_verified: { status: 403, title: 'The rider is not verified' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  order_conflict: { status: 409, title: 'The order is not in a state that allows this' },
  delivery_conflict: { status: 409, title: 'The delivery is not in a state that allows this' },
  delivery_closed: { status: 409, title: 'The delivery is closed' },
  offer_taken: { status: 409, title: 'The offer is taken' },
  rider_busy: { status: 409, title: 'The rider already has a delivery' },
  menu_full: { status: 409, title: 'The menu is full' },
  rider_exists: { status: 409, title: 'The rider is already registered' },
  payment_conflict: { status: 409, title: 'The payment is not in a state that allows this' },
  webhook_conflict: { status: 409, title: 'The webhook is not in a state that allows this' },
  idempotency_in_progress: { status: 409, title: 'A request with this key is still running' },
  stale: { status: 409, title: 'Somebody else changed it at the same moment; try again' },
  offer_expired: { status: 410, title: 'The offer has expired' },
  offer_declined: { status: 410, title: 'The offer was declined' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The media type is not supported' },
  restaurant_closed: { status: 422, title: 'The restaurant is closed' },
  item_unavailable: { status: 422, title: 'An item is not available' },
  out_of_zone: { status: 422, title: 'The address is outside the delivery zone' },
  order_too_large: { status: 422, title: 'The order is too large' },
  refund_not_possible: { status: 422, title: 'That amount cannot be refunded' },
  items_not_refundable: { status: 422, title: 'These items cannot be refunded' },
  wrong_code: { status: 422, title: 'The delivery code is wrong' },
  idempotency_mismatch: { status: 422, title: 'This key was used with another request' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  internal: { status: 500, title: 'Something broke on our side' },
  bad_gateway: { status: 502, title: 'A service we depend on answered badly' },
  unavailable: { status: 503, title: 'Temporarily unavailable' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** `application/problem+json` (RFC 9457). */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  instance: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});
export type Problem = z.infer<typeof problem>;
