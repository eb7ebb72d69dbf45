import type { Envelope } from '@tiffin/contracts/envelope';
import type { Message } from 'amqplib';
import type { Incoming, Parse, ParseResult } from './consume.ts';
import {
  ATTEMPT_HEADER,
  countHeader,
  headersOf,
  REPLAY_HEADER,
  TRACEPARENT_HEADER,
  textHeader,
} from './message-headers.ts';

const MAX_BODY_BYTES = 256 * 1024;
// Some clients name the character set here; anything else is a compression we did not ask for.
const READABLE_ENCODINGS: ReadonlySet<unknown> = new Set([undefined, '', 'identity', 'utf-8', 'utf8', 'UTF-8']);

/** Reads a message: size and encoding first, then the consumer's own parser, whose throw passes through. */
export const readMessage = <Event extends Envelope>(
  { content, properties }: Message,
  parse: Parse<Event>,
): ParseResult<Event> => {
  if (content.length > MAX_BODY_BYTES) {
    return { ok: false, reason: 'too-large', error: `${content.length} bytes; at most ${MAX_BODY_BYTES} are read` };
  }
  if (!READABLE_ENCODINGS.has(properties.contentEncoding)) {
    return {
      ok: false,
      reason: 'content-encoding',
      error: `'${properties.contentEncoding}' is not read; send it plain`,
    };
  }
  return parse(content, properties);
};

/** Failed attempts so far, from a header anybody can write: 0 to `highest`. */
export const attemptOf = (message: Message, highest: number): number =>
  countHeader(headersOf(message), ATTEMPT_HEADER, highest);

export const toIncoming = <Event extends Envelope>(
  message: Message,
  event: Event,
  queue: string,
  attempt: number,
): Incoming<Event> => {
  const headers = headersOf(message);
  const traceparent = textHeader(headers, TRACEPARENT_HEADER);
  const incoming = { event, replay: textHeader(headers, REPLAY_HEADER), attempt, queue };
  return traceparent === undefined ? incoming : { ...incoming, traceparent };
};
