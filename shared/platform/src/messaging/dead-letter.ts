import type { Message } from 'amqplib';
import * as z from 'zod';
import {
  ATTEMPT_HEADER,
  CRASHES_HEADER,
  countHeader,
  DEAD_AT_HEADER,
  ERROR_HEADER,
  headersOf,
  REASON_HEADER,
} from './message-headers.ts';

/** A message nobody could handle, as it lies in its `.dead` queue. */
export type DeadLetter = {
  /** Tells it from every other letter of its queue (`letter-names.ts`). */
  readonly id: string;
  readonly queue: string;
  readonly type: string | undefined;
  /** A word: `schema`, `gave-up`, `broken-rule`, …; `unknown` when the letter does not say. */
  readonly reason: string;
  /** A sentence for a person, possibly empty. */
  readonly error: string;
  /** How often it was tried. */
  readonly attempts: number;
  /** ISO 8601; undefined when nobody wrote it down. */
  readonly deadAt: string | undefined;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, unknown>>;
};

const MANY = 1_000;
const LONGEST_TEXT = 1_000;
const LARGEST_TYPED_BODY = 256 * 1_024;

// Headers are written by anybody who may publish: read what is there, believe its form only.
const sentence = z.string().transform((text) => text.slice(0, LONGEST_TEXT));
const instant = z.iso.datetime({ precision: 3 });
const typed = z.object({ type: z.string().min(1).max(255) });
/** What RabbitMQ writes when it buries a message by itself, newest death first; times are seconds since 1970. */
const deaths = z.tuple(
  [z.object({ reason: z.string(), time: z.object({ value: z.number().min(0).max(7_258_118_400) }).optional() })],
  z.unknown(),
);

const typeInside = (body: Buffer): string | undefined => {
  if (body.length > LARGEST_TYPED_BODY) return undefined;
  try {
    return typed.safeParse(JSON.parse(body.toString('utf8'))).data?.type;
  } catch {
    return undefined;
  }
};

const BURIED_BY_THE_BROKER: Readonly<Record<string, string>> = {
  delivery_limit: 'the broker gave it out again and again, and nobody settled it',
  maxlen: 'its queue was full',
  expired: 'it waited too long',
  rejected: 'a consumer refused it',
};

/** Reads what a letter says of itself. */
export const readDeadLetter = (message: Message, queue: string, id: string): DeadLetter => {
  const { 'x-delivery-count': _looks, ...headers } = headersOf(message);
  const death = deaths.safeParse(headers['x-death']).data?.[0];
  const ours = sentence.safeParse(headers[REASON_HEADER]).data;
  const buried = ours === undefined ? death : undefined;
  const crashes = countHeader(headers, CRASHES_HEADER, MANY);
  const type = z.string().min(1).safeParse(message.properties.type).data ?? typeInside(message.content);
  const diedAt = death?.time ? new Date(death.time.value * 1000).toISOString() : undefined;
  return {
    id,
    queue,
    type,
    reason: ours ?? buried?.reason.replaceAll('_', '-').slice(0, LONGEST_TEXT) ?? 'unknown',
    error:
      sentence.safeParse(headers[ERROR_HEADER]).data ?? (buried ? (BURIED_BY_THE_BROKER[buried.reason] ?? '') : ''),
    // The header counts failures before the last try; a crash suspect was not tried again.
    attempts: countHeader(headers, ATTEMPT_HEADER, MANY) + (ours === 'crash-suspect' ? crashes : 1),
    deadAt: instant.safeParse(headers[DEAD_AT_HEADER]).data ?? diedAt,
    body: message.content,
    headers,
  };
};
