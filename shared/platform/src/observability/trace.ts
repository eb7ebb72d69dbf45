import { randomUUID } from 'node:crypto';

// W3C Trace Context: https://www.w3.org/TR/trace-context/#traceparent-header
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const NOT_A_TRACE = '0'.repeat(32);
const NOT_A_SPAN = '0'.repeat(16);

export type Trace = { traceId: string; spanId: string; flags: string };

/** The parts of a `traceparent`; undefined when it is not one (a bad header is ignored, never an error). */
export const parseTraceparent = (header: unknown): Trace | undefined => {
  if (typeof header !== 'string') return undefined;
  const match = TRACEPARENT.exec(header);
  const [, traceId, spanId, flags] = match ?? [];
  if (!traceId || !spanId || !flags || traceId === NOT_A_TRACE || spanId === NOT_A_SPAN) return undefined;
  return { traceId, spanId, flags };
};

// randomUUID draws from a cache of random bytes, which makes it several times cheaper than randomBytes.
const hex32 = (): string => randomUUID().replaceAll('-', '');

/** A new trace. */
export const createTraceparent = (): string => `00-${hex32()}-${hex32().slice(16)}-01`;

/** The same trace, one step further; a new trace when there is none to continue. */
export const continueTraceparent = (header: unknown): string => {
  const trace = parseTraceparent(header);
  return trace ? `00-${trace.traceId}-${hex32().slice(16)}-${trace.flags}` : createTraceparent();
};
