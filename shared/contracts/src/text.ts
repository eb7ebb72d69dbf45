import * as z from 'zod';

// C0 and C1 controls, and the bidirectional marks that can make one text read as another.
const CONTROL_OR_BIDI = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;

/**
 * One line of text from a person: well-formed Unicode in NFC, trimmed, without control or bidirectional marks, `min`..`max` characters.
 * A lone surrogate would be stored as U+FFFD and never compare equal to what was sent, so it is refused.
 */
export const line = ({ min = 1, max }: { min?: number; max: number }) =>
  z
    .string()
    .refine((text) => text.isWellFormed(), 'must be well-formed Unicode')
    .refine((text) => !CONTROL_OR_BIDI.test(text), 'must not contain control or bidirectional characters')
    .overwrite((text) => text.normalize('NFC').trim())
    .min(min)
    .max(max);

/** A telephone number as people write it: digits, spaces and `+-()`, 5 to 20 characters. */
export const phone = z.string().regex(/^\+?[0-9][0-9 ()-]{3,18}[0-9]$/, 'must be a telephone number');
