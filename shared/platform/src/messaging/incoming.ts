import type { Envelope } from '@tiffin/contracts/envelope';
import type { Message } from 'amqplib';
import {
  ATTEMPT_HEADER,
  countHeader,
  headersOf,
  REPLAY_HEADER,
  TRACEPARENT_HEADER,
  textHeader,
} from './message-headers.ts';

/** What a parser may look at beside the body. Written by anybody who may publish: evidence of nothing. */
export type IncomingProperties = {
  readonly messageId?: unknown;
  readonly type?: unknown;
  readonly correlationId?: unknown;
  readonly contentType?: unknown;
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
};

/** `reason` is a word for a header and a metric (`not-json`, `schema`, …), `error` a sentence for a person. */
export type ParseResult =
  | { readonly ok: true; readonly event: Envelope }
  | { readonly ok: false; readonly reason: string; readonly error: string };

export type Parse = (body: Buffer, properties: IncomingProperties) => ParseResult;

/** An event as a handler gets it. */
export type Incoming = {
  readonly event: Envelope;
  /** Set when an operator replays old events; who tells people things stays silent then. */
  readonly replay: string | undefined;
  /** Failed attempts before this one. */
  readonly attempt: number;
  readonly queue: string;
  readonly traceparent?: string;
};

const MAX_BODY_BYTES = 256 * 1024;
// Some clients name the character set here; anything else is a compression we did not ask for.
const READABLE_ENCODINGS = new Set([undefined, '', 'identity', 'utf-8', 'utf8', 'UTF-8']);

/** Reads a message: size and encoding first, then the consumer's own parser. A parser that throws is a fault. */
export const readMessage = (message: Message, parse: Parse): ParseResult => {
  const { content, properties } = message;
  if (content.length > MAX_BODY_BYTES) {
    return { ok: false, reason: 'too-large', error: `${content.length} bytes, at most ${MAX_BODY_BYTES} are read` };
  }
  if (!READABLE_ENCODINGS.has(properties.contentEncoding)) {
    return {
      ok: false,
      reason: 'content-encoding',
      error: `content-encoding '${properties.contentEncoding}' is not read`,
    };
  }
  return parse(content, properties);
};

export const attemptOf = (message: Message, highest: number): number =>
  countHeader(headersOf(message), ATTEMPT_HEADER, highest);

export const toIncoming = (message: Message, event: Envelope, queue: string, attempt: number): Incoming => {
  const headers = headersOf(message);
  const traceparent = textHeader(headers, TRACEPARENT_HEADER);
  return {
    event,
    replay: textHeader(headers, REPLAY_HEADER),
    attempt,
    queue,
    ...(traceparent !== undefined && { traceparent }),
  };
};
