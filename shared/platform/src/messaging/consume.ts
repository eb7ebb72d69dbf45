import type { Envelope } from '@tiffin/contracts/envelope';
import type { Outcome } from './outcome.ts';

/** What a parser may look at beside the body. Written by anybody who may publish: evidence of nothing. */
export type IncomingProperties = {
  readonly messageId?: unknown;
  readonly type?: unknown;
  readonly correlationId?: unknown;
  readonly contentType?: unknown;
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
};

/** `reason` is a word for a header and a metric (`not-json`, `schema`, …), `error` a sentence for a person. */
export type ParseResult<Event extends Envelope = Envelope> =
  | { readonly ok: true; readonly event: Event }
  | { readonly ok: false; readonly reason: string; readonly error: string };

export type Parse<Event extends Envelope = Envelope> = (
  body: Buffer,
  properties: IncomingProperties,
) => ParseResult<Event>;

/** An event as a handler gets it. */
export type Incoming<Event extends Envelope = Envelope> = {
  readonly event: Event;
  /** Set when an operator replays old events; who tells people things stays silent then. */
  readonly replay: string | undefined;
  /** Failed attempts before this one. */
  readonly attempt: number;
  readonly queue: string;
  readonly traceparent?: string;
};

/** Who consumes a durable queue, and how. */
export type ConsumerSpec<Event extends Envelope = Envelope> = {
  readonly queue: string;
  /** How many messages are held, and at most handled at once. @default 16 */
  readonly prefetch?: number;
  /** A failed parse is dead-lettered at once; a throw is a fault and goes up the ladder. */
  readonly parse: Parse<Event>;
  /** Called in order for one `event.subject`, at once for different ones. A throw is a fault and goes up the retry ladder. */
  handle(message: Incoming<Event>): Promise<Outcome>;
};

/** A queue of one process for as long as its link lives: what happens while there is no link is not heard. */
export type TransientSpec<Event extends Envelope = Envelope> = {
  /** Unique to this process, `<purpose>.<node>`. */
  readonly queue: string;
  /** Routing keys on the events exchange. */
  readonly bindings: readonly string[];
  readonly parse: Parse<Event>;
  /** Awaited before the next message. A throw is logged and the message is gone. */
  handle(message: Incoming<Event>): Promise<void>;
  /** Messages flow (again); whatever happened since the last link was missed. */
  onNewLink?(): void;
};
