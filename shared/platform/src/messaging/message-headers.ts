import type { Message, Options } from 'amqplib';

/** Failed attempts so far. Counted here and not in the broker's x-death, whose meaning changed between versions. */
export const ATTEMPT_HEADER = 'tiffin-attempt';
/** Crashes of the process so far, when a copy was made without the handler having run. */
export const CRASHES_HEADER = 'tiffin-crashes';
/** The routing key of the first publish; after a retry the delivery's own key is the queue's name. */
export const ORIGINAL_KEY_HEADER = 'tiffin-original-key';
/** Why and with what error a message was dead-lettered. */
export const REASON_HEADER = 'tiffin-reason';
export const ERROR_HEADER = 'tiffin-error';
/** When, as ISO 8601. */
export const DEAD_AT_HEADER = 'tiffin-dead-at';
/** Set by an operator's replay of old events. */
export const REPLAY_HEADER = 'tiffin-replay';
export const TRACEPARENT_HEADER = 'traceparent';

const MAX_ERROR_CHARACTERS = 1_000;
const MAX_TEXT_HEADER = 255;
// A header frame cannot be split: one beyond the negotiated frame size (128 KB) closes the connection, again and again.
const FOREIGN_HEADERS_BUDGET = 16_384;

type Headers = Readonly<Record<string, unknown>>;

export const headersOf = (message: Message): Headers => message.properties.headers ?? {};

/** Undefined when the sender gave none. */
export const messageIdOf = ({ properties }: Message): string | undefined =>
  typeof properties.messageId === 'string' ? properties.messageId : undefined;

/** A header that should hold a count. Anybody can write one: what is not a whole number from 0 to `max` is brought there. */
export const countHeader = (headers: Headers, name: string, max: number): number => {
  const value = headers[name];
  if (typeof value !== 'number' || !Number.isFinite(value)) return 0;
  return Math.min(max, Math.max(0, Math.trunc(value)));
};

/** A header that should hold a short text; undefined when it does not. */
export const textHeader = (headers: Headers, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === 'string' && value.length <= MAX_TEXT_HEADER ? value : undefined;
};

const isPlain = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));

const OURS = new Set([
  ATTEMPT_HEADER,
  CRASHES_HEADER,
  ORIGINAL_KEY_HEADER,
  REASON_HEADER,
  ERROR_HEADER,
  DEAD_AT_HEADER,
]);

/**
 * `x-` headers must go: with x-death kept, RabbitMQ takes the second step of a ladder for a cycle and drops the message.
 * CC and BCC must go: the broker would route the copy to whatever they name.
 */
const mayTravel = (name: string) => !/^(?:x-|b?cc$)/i.test(name) && !OURS.has(name);

const foreignHeaders = (headers: Headers): Record<string, string | number | boolean> => {
  const kept: Record<string, string | number | boolean> = {};
  let room = FOREIGN_HEADERS_BUDGET;
  for (const [name, value] of Object.entries(headers)) {
    if (!mayTravel(name) || !isPlain(value)) continue;
    const size = Buffer.byteLength(name) + Buffer.byteLength(String(value)) + 16;
    if (size > room) continue;
    room -= size;
    kept[name] = value;
  }
  return kept;
};

/** What changes in a copy. */
export type CopyMarks = {
  attempt?: number;
  crashes?: number;
  reason?: string;
  error?: string;
  deadAt?: Date;
};

/**
 * The properties of a copy for the ladder, the dead letters or the end of the queue: the same message, made by us.
 * Left out on purpose: `expiration` (the copy would vanish), `userId` (the broker checks it against our own), `replyTo`, `priority`.
 */
export const propertiesOfCopy = (message: Message, marks: CopyMarks): Options.Publish => {
  const { messageId, type, timestamp, correlationId, contentType, contentEncoding, appId } = message.properties;
  const headers = headersOf(message);
  const { attempt = 0, crashes = 0, reason, error, deadAt } = marks;
  return {
    messageId,
    type,
    timestamp,
    correlationId,
    contentType,
    contentEncoding,
    appId,
    persistent: true,
    mandatory: true,
    headers: {
      ...foreignHeaders(headers),
      [ORIGINAL_KEY_HEADER]: textHeader(headers, ORIGINAL_KEY_HEADER) ?? message.fields.routingKey,
      ...(attempt > 0 && { [ATTEMPT_HEADER]: attempt }),
      ...(crashes > 0 && { [CRASHES_HEADER]: crashes }),
      ...(reason !== undefined && { [REASON_HEADER]: reason }),
      ...(error !== undefined && { [ERROR_HEADER]: error.slice(0, MAX_ERROR_CHARACTERS) }),
      ...(deadAt !== undefined && { [DEAD_AT_HEADER]: deadAt.toISOString() }),
    },
  };
};
