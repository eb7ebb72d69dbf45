import type { DeadLetterView } from '@tiffin/contracts/operations-api';
import { findUnsafeJson } from '@tiffin/platform/http/unsafe-json';
import type { DeadLetter } from '@tiffin/platform/messaging/dead-letter';

/** So much of a body is shown. */
const SHOWN_BYTES = 64 * 1_024;
const LONGEST_HEADER = 1_000;
const MOST_HEADERS = 50;

/** JSON as it is, if it can be read and shown again; anything else as text and as base64 of its first 64 KB. */
const viewBody = (body: Buffer): Pick<DeadLetterView, 'format' | 'body' | 'bytes' | 'truncated'> => {
  const truncated = body.length > SHOWN_BYTES;
  const size = { bytes: body.length, truncated };
  if (!truncated) {
    try {
      const json: unknown = JSON.parse(body.toString('utf8'));
      // Nested a thousand deep it could be parsed and not be written again.
      if (!findUnsafeJson(json)) return { format: 'json', body: json, ...size };
    } catch {
      // Then it is shown as bytes.
    }
  }
  const shown = body.subarray(0, SHOWN_BYTES);
  return { format: 'bytes', body: { text: shown.toString('utf8'), base64: shown.toString('base64') }, ...size };
};

const viewHeader = (value: unknown): string | number | boolean => {
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value;
  const text = typeof value === 'string' ? value : Buffer.isBuffer(value) ? value.toString('base64') : inJson(value);
  return text.slice(0, LONGEST_HEADER);
};

// Tables of the broker such as x-death. Whoever publishes may nest them without end.
const inJson = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return '(cannot be shown)';
  }
};

/** A letter as an operator sees it: bounded, whatever somebody sent. */
export const viewLetter = ({
  id,
  type,
  reason,
  error,
  attempts,
  deadAt,
  body,
  headers,
}: DeadLetter): DeadLetterView => ({
  id,
  type: type ?? null,
  reason,
  error,
  attempts,
  deadAt: deadAt ?? null,
  ...viewBody(body),
  headers: Object.fromEntries(
    Object.entries(headers)
      .slice(0, MOST_HEADERS)
      .map(([name, value]) => [name, viewHeader(value)]),
  ),
});
