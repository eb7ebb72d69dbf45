import * as z from 'zod';

/** An instant: ISO 8601 in UTC with milliseconds, `2026-11-01T10:00:00.000Z`. */
export const instant = z.iso.datetime({ precision: 3 });
export type Instant = z.infer<typeof instant>;

/** An instant from outside: ISO 8601 in UTC, fractions of a second optional; years 1970 to 2199. */
export const looseInstant = z.iso.datetime().refine((text) => {
  const at = Date.parse(text);
  return at >= 0 && at < Date.UTC(2200, 0);
}, 'must lie between 1970 and 2199');
