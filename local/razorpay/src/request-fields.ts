import type { Notes } from './entities.ts';
import { done, invalidInput, type Outcome, refused } from './refusal.ts';

/** The smallest amount that Razorpay takes or gives back: one rupee. */
export const MINIMUM_PAISE = 100;
export const MAX_NOTES = 15;
const MAX_NOTE_LENGTH = 256;
const MAX_RECEIPT_LENGTH = 40;

export type Fields = Readonly<Record<string, unknown>>;

/** What a request carries: its JSON object, or no fields at all (an absent or a non-JSON body). */
export const fieldsOf = (body: unknown): Fields =>
  typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : {};

/** The fields that this request may not carry. */
export const unexpectedFields = (fields: Fields, allowed: ReadonlySet<string>): string[] =>
  Object.keys(fields).filter((name) => !allowed.has(name));

/**
 * Integer paise. A text of digits is taken too: Razorpay's own samples send `"amount": "100"`.
 * The minimum is not checked here, its error differs between orders and refunds.
 */
export const readAmount = (value: unknown): Outcome<number> => {
  if (value === undefined || value === null) return refused(invalidInput('amount: is required.', 'amount'));
  const amount = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof amount !== 'number' || !Number.isSafeInteger(amount)) {
    return refused(invalidInput('The amount must be an integer.', 'amount'));
  }
  if (amount < 0) return refused(invalidInput('The amount must be at least INR 1.00', 'amount'));
  return done(amount);
};

/** The fake's account takes rupees only, like a new account of the real one. */
export const readCurrency = (value: unknown): Outcome<string> => {
  if (value === undefined || value === null) return refused(invalidInput('currency: is required.', 'currency'));
  if (typeof value !== 'string') {
    return refused(invalidInput(`expected string but provided ${shown(value)}`, 'currency'));
  }
  return value === 'INR' ? done(value) : refused(invalidInput('Currency is not supported', 'currency'));
};

/** The value for an error text. An object is only named: its own `toString` is the sender's, and may throw. */
const shown = (value: unknown): string => (typeof value === 'object' ? 'an object' : String(value));

export const readReceipt = (value: unknown): Outcome<string | null> => {
  if (value === undefined || value === null) return done(null);
  if (typeof value !== 'string') return refused(invalidInput('The receipt must be a string.', 'receipt'));
  if (value.length > MAX_RECEIPT_LENGTH) {
    return refused(invalidInput(`The receipt may not be greater than ${MAX_RECEIPT_LENGTH} characters.`, 'receipt'));
  }
  // SQLite ends a text at NUL and has no half characters: two receipts must not become one.
  if (value.includes('\u0000') || !value.isWellFormed()) {
    return refused(invalidInput('The receipt has characters that are not allowed.', 'receipt'));
  }
  return done(value === '' ? null : value);
};

/** At most 15 pairs of at most 256 characters; numbers and booleans come back as text; nothing comes back as `[]`. */
export const readNotes = (value: unknown): Outcome<Notes> => {
  if (value === undefined || value === null) return done([]);
  if (Array.isArray(value) && value.length === 0) return done([]);
  if (typeof value !== 'object' || Array.isArray(value)) {
    return refused(invalidInput('The notes must be an array.', 'notes'));
  }
  const pairs = Object.entries(value);
  if (pairs.length === 0) return done([]);
  if (pairs.length > MAX_NOTES) {
    return refused(invalidInput(`The number of fields in notes should be less than or equal to ${MAX_NOTES}`, 'notes'));
  }
  const notes: [key: string, text: string][] = [];
  for (const [key, raw] of pairs) {
    if (typeof raw !== 'string' && typeof raw !== 'number' && typeof raw !== 'boolean') {
      return refused(invalidInput(`The notes.${key} must be a string.`, 'notes'));
    }
    const text = String(raw);
    if (key.length > MAX_NOTE_LENGTH || text.length > MAX_NOTE_LENGTH) {
      return refused(invalidInput(`notes: a key or value exceeds ${MAX_NOTE_LENGTH} characters.`, 'notes'));
    }
    notes.push([key, text]);
  }
  // Not by assignment: a note may be called __proto__.
  return done(Object.fromEntries(notes));
};
