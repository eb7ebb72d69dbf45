const MAX_DEPTH = 3;
const MAX_ITEMS = 20;
const MAX_TEXT = 500;
const MAX_STACK = 4_000;

/** Names whose values may be printed: what software is about, nothing of what people are about. */
const ALLOWED = new Set(
  `action aggregate attempt attempts bytes candidates channel closed code collection connection consumer count database depth
  done dropped durationMs err errors event events exchange failed from generation host id ids index job key kind lag level limit
  matched method node outcome path pid port prefetch problem queue reason release replayed role route routingKey seq service
  signal size skipped source state status subject syscall task tag to total traceparent type version vhost wave worker`.split(
    /\s+/,
  ),
);

// customerId, restaurantIds, delayMs, readyAt, retryCount, windowS, fromSeq: plain measures and opaque references.
const ALLOWED_ENDING = /(?:^_id|Id|Ids|Ms|At|Count|Bytes|Seq|Seconds|Url)$/;

const CREDENTIALS_IN_URL = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi;
const TOKEN = /\b(?:Bearer\s+\S+|eyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)*)/g;
const EMAIL = /[^\s@"'<>:,;(){}[\]]+@[^\s@"'<>:,;(){}[\]]+\.[A-Za-z]{2,}/g;
const DUPLICATE_KEY_VALUES = /dup key: \{.*\}/gs;
// 64 hex is an HMAC or a digest; 24 and 32 hex are ids and stay.
const SIGNATURE = /\b[0-9a-fA-F]{64,}\b/g;
// Nine digits or more, spaces and dashes between; not inside an id, and not an ISO date.
const PHONE = /(?<![\w.:-])\+?\d(?:[ ()-]?\d){8,14}(?![\w:-])/g;

/** Text without what must never be printed: tokens, passwords in URLs, e-mail addresses, telephone numbers, signatures. */
export const scrub = (text: string, max = MAX_TEXT): string =>
  text
    .slice(0, max)
    .replace(CREDENTIALS_IN_URL, '$1…@')
    .replace(TOKEN, '[token]')
    .replace(EMAIL, '[e-mail]')
    .replace(DUPLICATE_KEY_VALUES, 'dup key: {…}')
    .replace(SIGNATURE, '[signature]')
    .replace(PHONE, '[number]');

/** A fault as the log shows it. Its own fields are dropped but for the codes: drivers keep whole documents there. */
export const describeError = (error: unknown, depth = 0): unknown => {
  if (!(error instanceof Error)) return scrub(String(error));
  const code =
    'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? error.code : undefined;
  return {
    type: error.name,
    message: scrub(error.message),
    ...(code !== undefined && { code }),
    ...(error.stack && { stack: scrub(error.stack, MAX_STACK) }),
    ...(error.cause !== undefined && depth < MAX_DEPTH && { cause: describeError(error.cause, depth + 1) }),
  };
};

const show = (value: unknown, allowed: ReadonlySet<string>, depth: number): unknown => {
  if (typeof value === 'string') return scrub(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? '[function]' : value;
  if (value instanceof Error) return describeError(value);
  if (value instanceof Date) return value;
  if (depth >= MAX_DEPTH) return '[deep]';
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => show(item, allowed, depth + 1));
  // An id of the database driver prints itself; every other object is filtered by the same names.
  if ('toHexString' in value) return String(value);
  return filter(value, allowed, depth + 1);
};

const filter = (fields: object, allowed: ReadonlySet<string>, depth: number): Record<string, unknown> => {
  const shown: Record<string, unknown> = {};
  const removed: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (ALLOWED.has(name) || allowed.has(name) || ALLOWED_ENDING.test(name)) shown[name] = show(value, allowed, depth);
    else removed.push(scrub(name, 64));
  }
  if (removed.length > 0) shown.removed = removed.slice(0, MAX_ITEMS);
  return shown;
};

/**
 * The fields of a log line that may be printed; every name not on the list is left out and listed under `removed`, so that
 * somebody who misses it sees why. A list of what is forbidden would miss the field added tomorrow.
 */
export const filterLogFields = (fields: object, allowed: ReadonlySet<string> = new Set()): Record<string, unknown> =>
  filter(fields, allowed, 0);
