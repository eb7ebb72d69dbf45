import type { Envelope } from '@tiffin/contracts/envelope';

/** An event as the stream of its aggregate keeps it: the envelope less what the document itself says. */
export type StreamEvent = {
  readonly id: string;
  readonly seq: number;
  readonly type: string;
  readonly version: number;
  readonly timestamp: string;
  readonly data: Record<string, unknown>;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly traceparent?: string;
};

/** Why a change happens: the id of the event that caused it (null for a request) and the story it belongs to. */
export type Cause = {
  readonly causationId: string | null;
  /** Given when the aggregate is born into a story that runs already; otherwise its first event's id begins one. */
  readonly correlationId?: string;
  readonly traceparent?: string | undefined;
};

export const causeOf = (event: Pick<Envelope, 'id' | 'correlationId'>, traceparent?: string): Cause => ({
  causationId: event.id,
  correlationId: event.correlationId,
  traceparent,
});

/** A copy of one aggregate as it was read. `state` is what its rule owns; the rest moves beside it (rule W5). */
export type Stored<State> = {
  readonly id: string;
  /** The number of the newest event. */
  readonly seq: number;
  /** Rises with every commit, also with one that makes no event: what a conditional write compares. */
  readonly revision: number;
  readonly state: State;
  readonly correlationId: string;
  /** The last `seq` applied from each stream this aggregate follows. */
  readonly seen: Readonly<Record<string, number>>;
  /** Up to which event the relay knows all to be published. */
  readonly sentSeq: number;
  /** The newest events, oldest first, at least all that fit `TAIL`. */
  readonly tail: readonly StreamEvent[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** How many of the newest events a read brings along: what the relay may have to publish again before the new ones (rule R1). */
export const TAIL = 32;

/** The events a relay must publish so that first occurrences stay in order; undefined when the copy does not hold them all. */
export const unsentOf = (stored: Stored<unknown>): readonly StreamEvent[] | undefined => {
  const unsent = stored.tail.filter((event) => event.seq > stored.sentSeq);
  return unsent.length === stored.seq - stored.sentSeq ? unsent : undefined;
};
