import { randomUUID } from 'node:crypto';
import type { Connection, IndexDefinition, IndexOptions, Model, UpdateQuery } from 'mongoose';
import mongoose from 'mongoose';
import type * as z from 'zod';
import type { Clock } from '../clock.ts';
import { createLanes } from '../lanes.ts';
import { type AggregateDocument, asDocument, defineAggregateModel, TAIL_PROJECTION } from './aggregate-document.ts';
import { claimDue } from './claim-due.ts';
import type { Decision, NewEvent } from './decision.ts';
import { isDuplicateKey } from './duplicate-key.ts';
import { createLatestCopies } from './latest-copies.ts';
import type { Relay } from './relay.ts';
import { createSentMarks } from './sent-marks.ts';
import { type Cause, type Stored, type StreamEvent, unsentOf } from './stored.ts';
import { sweepUnsent } from './sweep-unsent.ts';
import { TooContended } from './too-contended.ts';
import { untilKnown } from './unknown-result.ts';

export type AggregateOptions<State> = {
  readonly connection: Connection;
  readonly collection: string;
  /** The first word of its routing keys. */
  readonly aggregate: string;
  readonly state: z.ZodType<State>;
  /** Indexes of the noun's own queries; those of the sweeper and the timers are added here. */
  readonly indexes: readonly (readonly [IndexDefinition, IndexOptions?])[];
  /** Fields that live beside `state` and move without `seq`, such as a position. */
  readonly beside?: Readonly<Record<string, unknown>>;
  /** When the state wants to be looked at again, from the state alone. */
  readonly nextActionAt?: (state: State) => Date | undefined;
  /** For aggregates that live for years: how many published events the document keeps; the event log keeps all. */
  readonly keepEvents?: number;
  readonly relay: Relay;
  readonly publish: (aggregate: string, subject: string, event: StreamEvent) => Promise<void>;
  readonly now: Clock;
};

export type Committed<State> = {
  readonly kind: 'committed';
  readonly stored: Stored<State>;
  readonly events: readonly StreamEvent[];
};

/** The stream an event comes from and its number there, when an aggregate follows another (rules C1-C3). */
export type Followed = { readonly stream: string; readonly seq: number };

export type Changed<State, Refusal> =
  | Committed<State>
  | { readonly kind: 'missing' }
  | { readonly kind: 'unchanged' | 'nothing-new'; readonly stored: Stored<State> }
  | (Refusal & { readonly stored: Stored<State> });

type RefusalOf<D> = Exclude<D, { kind: 'changed' | 'unchanged' | 'nothing-new' | 'missing' }>;

export type AggregateStore<State, Event extends NewEvent> = {
  readonly model: Model<AggregateDocument>;
  find(id: string): Promise<Stored<State> | undefined>;
  /**
   * The copy this process committed last, without a read. Somebody else may have changed the aggregate since, so it is only good for
   * deciding on a change, which `commit` then proves or calls `stale`: whatever else is decided on it must be decided again on `find`.
   */
  latest(id: string): Stored<State> | undefined;
  /** Reads a document that one of the noun's own queries found. */
  read(document: unknown): Stored<State>;
  /** Inserts a new aggregate with its first events; `exists` when its id or another unique value is taken. */
  create(
    id: string,
    state: State,
    events: readonly Event[],
    cause: Cause,
    beside?: Record<string, unknown>,
  ): Promise<Committed<State> | Taken>;
  /** One conditional write of state and events together, and what `push` appends beside them; `stale` when somebody else was first. */
  commit(
    stored: Stored<State>,
    change: { state: State; events: readonly Event[]; follows?: Followed | undefined; push?: Record<string, unknown> },
    cause: Cause,
  ): Promise<Committed<State> | { kind: 'stale' } | Taken>;
  /**
   * Decides and commits, one change of an aggregate after the other in this process; loads and decides again when another process was
   * first, at most five times. The first decision is made on the copy this process committed last, if there is one; no answer but a commit
   * rests on such a copy.
   */
  change<D extends Decision<State, Event>>(
    id: string,
    decide: (state: State, stored: Stored<State>) => D,
    cause: Cause,
    options?: { follows?: Followed | undefined },
  ): Promise<Changed<State, RefusalOf<D>>>;
  /** The whole history after `seq`, in order; undefined for an unknown id. */
  history(id: string, after?: number): Promise<readonly StreamEvent[] | undefined>;
  /** Publishes again what documents remember as unsent for longer than `olderThanMs`. Returns how many documents it took up. */
  sweep(olderThanMs: number): Promise<number>;
  /** Ids of at most `limit` documents whose `nextActionAt` has come, each claimed for `leaseMs`. */
  claimDue(limit: number, leaseMs: number): Promise<readonly string[]>;
  /** Tells of every commit's next action, so that a timer in this process can be quicker than the scan. */
  onNextAction(listener: (id: string, at: Date) => void): void;
};

/** A unique value is taken: which index, so that `_id` and a rider's one job are told apart. */
export type Taken = { readonly kind: 'taken'; readonly index: readonly string[] };

const ATTEMPTS = 5;

/** Stores aggregates whose document carries its stream (rules W1-W5, R1). Every noun's store is made of this and its own queries. */
export const createAggregateStore = <State, Event extends NewEvent>(
  options: AggregateOptions<State>,
): AggregateStore<State, Event> => {
  const { collection, aggregate, relay, now, keepEvents } = options;
  const model = defineAggregateModel(options);
  const marks = createSentMarks(model.collection);
  const copies = createLatestCopies<State>();
  const inLane = createLanes();
  const listeners: ((id: string, at: Date) => void)[] = [];

  const read = (document: unknown): Stored<State> => {
    const { _id, seq, revision, state, stream, seen, sentSeq, correlationId, createdAt, updatedAt } =
      asDocument(document);
    return {
      id: String(_id),
      seq,
      revision,
      state: options.state.parse(state),
      correlationId,
      seen: seen ?? {},
      sentSeq,
      tail: stream ?? [],
      createdAt,
      updatedAt,
    };
  };

  const handOver = (stored: Stored<State>, again = false) => {
    const events = unsentOf(stored);
    if (!events || events.length === 0) return;
    relay.handOver({
      key: `${collection}/${stored.id}`,
      events,
      publish: (event) => options.publish(aggregate, stored.id, event),
      markSent: (seq) => {
        marks.add(stored.id, seq);
        copies.markSent(stored.id, seq);
      },
      again,
    });
  };

  /** Whether a write that carried these events has landed: their ids were made before it. */
  const holds = async (id: string, events: readonly StreamEvent[]): Promise<boolean> => {
    const [first] = events;
    if (!first) return false;
    return (await model.exists({ _id: id, stream: mongoose.trusted({ $elemMatch: { id: first.id } }) })) !== null;
  };

  const announce = (id: string, at: Date | undefined) => {
    if (at) for (const listener of listeners) listener(id, at);
  };

  const number = (
    events: readonly Event[],
    after: number,
    at: string,
    cause: Cause,
    correlationId: string | undefined,
  ) => {
    let story = correlationId;
    return events.map(({ type, version, data }, index): StreamEvent => {
      const id = randomUUID(); // made before the write: after an unknown result the ids tell whether it landed (W1)
      story ??= id;
      return {
        id,
        seq: after + index + 1,
        type,
        version,
        timestamp: at,
        data: asRecord(data),
        correlationId: story,
        causationId: cause.causationId,
        ...(cause.traceparent === undefined ? {} : { traceparent: cause.traceparent }),
      };
    });
  };

  const store: AggregateStore<State, Event> = {
    model,
    read,

    find: async (id) => {
      const document = await model.findById(id, TAIL_PROJECTION).lean();
      return document ? read(document) : undefined;
    },

    latest: copies.get,

    create: async (id, state, newEvents, cause, beside) => {
      const at = now();
      const events = number(newEvents, 0, at.toISOString(), cause, cause.correlationId);
      const nextActionAt = options.nextActionAt?.(state);
      const correlationId = events[0]?.correlationId ?? cause.correlationId ?? id;
      const document = {
        _id: new mongoose.Types.ObjectId(id),
        seq: events.length,
        revision: 1,
        state,
        stream: events,
        seen: {},
        sentSeq: 0,
        ...(events.length > 0 ? { unsentSince: at } : {}),
        ...(nextActionAt ? { nextActionAt } : {}),
        ...beside,
        correlationId,
        createdAt: at,
        updatedAt: at,
      };
      const stored = read(document); // what could not be read again is never written: a fault now, not at every look
      const write = async () => {
        try {
          await model.collection.insertOne(document);
          return undefined;
        } catch (error) {
          const taken = takenBy(error);
          if (taken) return taken;
          throw error;
        }
      };
      const taken = await untilKnown({ write, landed: () => holds(id, events), applied: undefined });
      if (taken) return taken;
      copies.keep(stored);
      handOver(stored);
      announce(id, nextActionAt);
      return { kind: 'committed', stored, events };
    },

    commit: async (stored, { state, events: newEvents, follows, push }, cause) => {
      options.state.parse(state);
      const at = now();
      const events = number(newEvents, stored.seq, at.toISOString(), cause, stored.correlationId);
      const seq = stored.seq + events.length;
      const nextActionAt = options.nextActionAt?.(state);
      const update: UpdateQuery<AggregateDocument> = {
        $set: {
          state,
          seq,
          updatedAt: at,
          ...(events.length > 0 ? { unsentSince: at } : {}),
          ...(nextActionAt ? { nextActionAt } : {}),
        },
        $unset: { timerLease: 1, ...(nextActionAt ? {} : { nextActionAt: 1 }) },
        $inc: { revision: 1 },
        ...(follows ? { $max: { [`seen.${follows.stream}`]: follows.seq } } : {}),
        ...(events.length > 0 || push ? { $push: { ...streamPush(events, stored, keepEvents), ...push } } : {}),
      };
      const filter = {
        _id: new mongoose.Types.ObjectId(stored.id),
        seq: stored.seq,
        revision: stored.revision,
        ...(follows ? notYetSeen(follows) : {}),
      };
      copies.forget(stored.id); // until this write is known to have landed
      const write = async () => {
        try {
          const { matchedCount } = await model.collection.updateOne(filter, update);
          return matchedCount === 1 ? LANDED : STALE;
        } catch (error) {
          const taken = takenBy(error);
          if (taken) return taken;
          throw error;
        }
      };
      const result = await untilKnown<typeof LANDED | typeof STALE | Taken>({
        write,
        landed: () => holds(stored.id, events),
        applied: LANDED,
      });
      if (result.kind !== 'landed') return result;
      const after: Stored<State> = {
        ...stored,
        seq,
        revision: stored.revision + 1,
        state,
        seen: follows ? { ...stored.seen, [follows.stream]: follows.seq } : stored.seen,
        tail: [...stored.tail, ...events],
        updatedAt: at,
      };
      copies.keep(after);
      handOver(after);
      announce(stored.id, nextActionAt);
      return { kind: 'committed', stored: after, events };
    },

    change: (id, decide, cause, { follows } = {}) => {
      const decideOn = async (stored: Stored<State>) => {
        if (hasSeen(stored, follows)) return { kind: 'nothing-new' as const, stored };
        const decision = decide(stored.state, stored);
        if (decision.kind !== 'changed') return withStored<State, RefusalOf<typeof decision>>(decision, stored);
        const result = await store.commit(stored, { ...decision, follows }, cause);
        if (result.kind === 'taken')
          throw new Error(`a commit of ${collection} met a taken ${result.index.join(', ')}`);
        return result.kind === 'committed' ? result : undefined;
      };

      return inLane(id, async () => {
        const latest = copies.get(id);
        const early = latest && (await decideOn(latest));
        if (early?.kind === 'committed') return early;

        for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
          const stored = await store.find(id);
          if (!stored) return { kind: 'missing' };
          const result = await decideOn(stored);
          if (result) {
            const changesNothing = result.kind === 'unchanged' || result.kind === 'nothing-new';
            if (follows && changesNothing && !hasSeen(stored, follows)) await markSeen(model, id, follows);
            return result;
          }
          await pause(Math.random() * 10 * attempt); // the jitter parts those who met
        }
        throw new TooContended(`${collection} is being changed by too many at once`);
      });
    },

    history: async (id, after = 0) => {
      const document = await model.findById(id, { stream: 1 }).lean();
      return document ? asDocument(document).stream.filter((event) => event.seq > after) : undefined;
    },

    sweep: (olderThanMs) => {
      const at = now();
      const olderThan = new Date(at.getTime() - olderThanMs);
      return sweepUnsent(model, { olderThan, now: at, takeUp: (document) => handOver(read(document), true) });
    },

    claimDue: (limit, leaseMs) => claimDue(model, { now: now(), limit, leaseMs }),

    onNextAction: (listener) => {
      listeners.push(listener);
    },
  };
  return store;
};

const LANDED = { kind: 'landed' } as const;
const STALE = { kind: 'stale' } as const;
const streamPush = (events: readonly StreamEvent[], stored: Stored<unknown>, keepEvents: number | undefined) => {
  if (events.length === 0) return {};
  const unsent = stored.seq - stored.sentSeq + events.length;
  return { stream: keepEvents ? { $each: events, $slice: -Math.max(keepEvents, unsent) } : { $each: events } };
};

const hasSeen = ({ seen }: Stored<unknown>, follows: Followed | undefined): boolean =>
  follows !== undefined && follows.seq <= (seen[follows.stream] ?? 0);

/** `seen` moves without `revision` when an event changes nothing, so a write that follows an event checks it for itself. */
const notYetSeen = ({ stream, seq }: Followed) => ({ [`seen.${stream}`]: { $not: { $gte: seq } } });

const markSeen = async (model: Model<AggregateDocument>, id: string, { stream, seq }: Followed) => {
  await model.collection.updateOne({ _id: new mongoose.Types.ObjectId(id) }, { $max: { [`seen.${stream}`]: seq } });
};

const takenBy = (error: unknown): Taken | undefined => {
  if (!isDuplicateKey(error)) return undefined;
  const pattern =
    'keyPattern' in error && typeof error.keyPattern === 'object' && error.keyPattern !== null ? error.keyPattern : {};
  return { kind: 'taken', index: Object.keys(pattern) };
};

const withStored = <State, Refusal>(decision: { kind: string }, stored: Stored<State>): Changed<State, Refusal> =>
  ({ ...decision, stored }) as Changed<State, Refusal>;

const asRecord = (data: object): Record<string, unknown> => ({ ...data });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
