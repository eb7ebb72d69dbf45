import type { OrderId } from '@tiffin/contracts/ids';
import type { OrderForWatchers, OrderView } from '@tiffin/contracts/order-api';
import { type Clock, HOUR, MINUTE, SECOND } from '@tiffin/platform/clock';
import type { OrderEvent } from '../pushes/order-pushes.ts';
import { createLookUps } from './look-ups.ts';
import { entriesOf, type OrderEntry } from './order-entry.ts';
import type { HistoryAnswer, OrderHistory } from './order-history.ts';
import { afterEvent, hasEnded, type OrderParties, partiesOf } from './order-parties.ts';
import {
  createRing,
  dropBeyond,
  entriesSince,
  fill,
  giveUpGap,
  hear,
  type OrderRing,
  oldestSince,
} from './order-ring.ts';

const KEPT_AFTER_END_MS = 2 * HOUR;
/** An older event of an order this node has never heard of is a late repeat: whoever asks gets it from the history. */
const YOUNG_MS = 10 * MINUTE;
const LONGEST_HOLD_MS = 2 * SECOND;
const RETRY_MS = 500;
const MOST_STREAMS = 10_000;
const NEVER = -1;

export type OrderStream = {
  readonly orderId: OrderId;
  readonly ring: OrderRing<OrderEntry>;
  parties: OrderParties;
  /** The first event this node told to rooms; older ones were only ever answered to those who asked. */
  toldFrom: number;
  /** The broker link in which nothing was missed; in any other the ring may lack its newest events. */
  provenIn: number;
  endedAtMs?: number;
  /** Set while something is missing in front of what the ring holds back. */
  stopWaiting?: () => void;
};

export type LookUp =
  | { kind: 'found'; stream: OrderStream; order: OrderView }
  | { kind: 'not-found' }
  | { kind: 'away' };

export type OrderStreamsOptions = {
  history: OrderHistory;
  tell(event: OrderEvent): void;
  /** A rider's trip is over: the order is no longer theirs to watch. */
  withdraw(orderId: OrderId, riderUserId: string): void;
  /** Whether anybody on this node listens to the order. */
  isHeard(stream: OrderStream): boolean;
  /** Whether events arrive at all. */
  linked(): boolean;
  /** Runs something later; returns how to call it off. */
  schedule(ms: number, run: () => void): () => void;
  /** Takes work nobody waits for, so that its fault ends in the log and not the process. */
  background(work: Promise<void>): void;
  now: Clock;
  measure: { gap(): void; lookUp(result: LookUp['kind']): void };
};

export type OrderStreams = ReturnType<typeof createOrderStreams>;

/**
 * The live orders of this node, one ring each. Events come from the bus; holes are filled from the history at the order's owner, so
 * `tell` is called with each event of a known order once and in order, behind a hole only with what the history reaches (or cannot be
 * asked about). Bounded: the order not heard of for longest is forgotten first.
 */
export const createOrderStreams = (options: OrderStreamsOptions) => {
  const { history, tell, withdraw, isHeard, linked, schedule, background, now, measure } = options;
  // Insertion order is the order of use.
  const streams = new Map<OrderId, OrderStream>();
  let link = 0;

  const forget = (stream: OrderStream) => {
    stream.stopWaiting?.();
    streams.delete(stream.orderId);
  };

  const keep = (stream: OrderStream) => {
    streams.delete(stream.orderId);
    streams.set(stream.orderId, stream);
    if (streams.size <= MOST_STREAMS) return;
    const [oldest] = streams.values();
    if (oldest) forget(oldest);
  };

  const learn = (stream: OrderStream, { event }: OrderEntry) => {
    if (event) stream.parties = afterEvent(stream.parties, event);
    if (hasEnded(stream.parties)) stream.endedAtMs ??= now().getTime();
  };

  const begin = (orderId: OrderId, first: OrderEntry, toldFrom: number): OrderStream => {
    const ring = createRing(first);
    const stream: OrderStream = { orderId, ring, parties: { complete: false }, toldFrom, provenIn: link };
    learn(stream, first);
    keep(stream);
    return stream;
  };

  const announce = (stream: OrderStream, event: OrderEvent, riderBefore: string | undefined) => {
    tell(event);
    // Told first: the rider still hears that the trip is over.
    const rider = riderBefore ?? ('riderUserId' in event.data ? event.data.riderUserId : undefined);
    if (rider !== undefined && rider !== stream.parties.riderUserId) withdraw(stream.orderId, rider);
  };

  const settle = (stream: OrderStream, appended: readonly OrderEntry[]) => {
    for (const entry of appended) {
      const rider = stream.parties.riderUserId;
      learn(stream, entry);
      if (entry.event) announce(stream, entry.event, rider);
    }
    if (stream.ring.held.size > 0) return;
    stream.stopWaiting?.();
    delete stream.stopWaiting;
  };

  const absorb = (orderId: OrderId, found: OrderForWatchers, askedIn: number): LookUp => {
    const entries = entriesOf(found);
    const [first] = entries;
    const known = streams.get(orderId);
    const stream = known ?? (first && begin(orderId, first, found.order.seq + 1));
    // Forgotten while we asked for its end only: whoever waits may ask again.
    if (!stream) return { kind: 'away' };
    const appended = fill(stream.ring, entries);
    // A stream that begins here has missed nothing: whoever made us ask gets it as an answer.
    settle(stream, known ? appended : []);
    const newer = entriesSince(stream.ring, found.order.seq) ?? [];
    stream.parties = partiesOf(found);
    for (const entry of newer) learn(stream, entry);
    if (hasEnded(stream.parties)) stream.endedAtMs ??= now().getTime();
    stream.provenIn = Math.max(stream.provenIn, askedIn);
    keep(stream);
    return { kind: 'found', stream, order: found.order };
  };

  /** What a held event is measured by: the end of a history that was asked for after the event had come. */
  const disbelieve = (orderId: OrderId, answer: HistoryAnswer, heldThen: readonly number[]) => {
    const stream = streams.get(orderId);
    if (!stream || answer.kind === 'away') return;
    dropBeyond(stream.ring, answer.kind === 'found' ? answer.history.order.seq : 0, heldThen);
    settle(stream, []);
  };

  const ask = createLookUps({
    history: async (orderId, after) => {
      // An event is written before it is published: a history read from here on reaches each of these, or they are false.
      const heldThen = [...(streams.get(orderId)?.ring.held.keys() ?? [])];
      return { answer: await history(orderId, after), heldThen };
    },
    receive: (
      orderId: OrderId,
      { answer, heldThen }: { answer: HistoryAnswer; heldThen: number[] },
      askedIn,
    ): LookUp => {
      disbelieve(orderId, answer, heldThen);
      const result = answer.kind === 'found' ? absorb(orderId, answer.history, askedIn) : answer;
      measure.lookUp(result.kind);
      return result;
    },
  });

  const pause = () => new Promise<void>((resolve) => void schedule(RETRY_MS, resolve));

  const closeGap = async (stream: OrderStream, waiting: () => void) => {
    for (let asked = 0; stream.stopWaiting === waiting; asked += 1) {
      // The first answer may have been on its way before the missing event was written; the second cannot.
      if (asked > 1) await pause();
      if (stream.stopWaiting === waiting) await ask(stream.orderId, stream.ring.last, link);
    }
  };

  const startWaiting = (stream: OrderStream) => {
    measure.gap();
    const waiting = schedule(LONGEST_HOLD_MS, () => {
      delete stream.stopWaiting;
      // Who misses the hole asks for it; until a look-up no answer is given from this ring.
      stream.provenIn = NEVER;
      settle(stream, giveUpGap(stream.ring));
    });
    stream.stopWaiting = waiting;
    background(closeGap(stream, waiting));
  };

  const catchUp = async (stream: OrderStream, wanted: number) => {
    while (link === wanted && stream.provenIn !== link && streams.get(stream.orderId) === stream) {
      const { kind } = await ask(stream.orderId, stream.ring.last, link);
      if (kind !== 'away') return;
      await pause();
    }
  };

  const lookUp = async (orderId: OrderId, since: number | undefined): Promise<LookUp> => {
    const ring = streams.get(orderId)?.ring;
    const after = !ring || (since !== undefined && since < oldestSince(ring)) ? 0 : ring.last;
    const askedIn = link;
    const answer = await ask(orderId, after, askedIn);
    // A link that changed meanwhile may have lost what happened after the history was read.
    return answer.kind === 'found' && askedIn !== link ? lookUp(orderId, since) : answer;
  };

  return {
    /** An event of an order's stream arrived on the bus. */
    hear(event: OrderEvent): void {
      const entry: OrderEntry = { seq: event.seq, event };
      const stream = streams.get(event.data.orderId);
      if (!stream) {
        if (now().getTime() - Date.parse(event.timestamp) > YOUNG_MS) return;
        announce(begin(event.data.orderId, entry, entry.seq), event, undefined);
        return;
      }
      const appended = hear(stream.ring, entry);
      if (appended.length > 0) keep(stream);
      settle(stream, appended);
      if (stream.ring.held.size > 0 && !stream.stopWaiting) startWaiting(stream);
    },

    /**
     * A new broker link: the queue of the old one is gone with whatever was in it, and a lost last event shows no gap. Orders somebody
     * listens to are asked for at once, the others when next watched.
     */
    linkChanged(): void {
      link += 1;
      for (const stream of [...streams.values()]) {
        if (stream.endedAtMs === undefined && isHeard(stream)) background(catchUp(stream, link));
      }
    },

    find: (orderId: OrderId): OrderStream | undefined => streams.get(orderId),

    /** Whether the ring is the whole truth up to its last event. */
    isProven: (stream: OrderStream): boolean => stream.provenIn === link && linked() && !stream.stopWaiting,

    /** Asks the owner for what this node lacks to answer from `since` (undefined: the order itself). Never rejects. */
    lookUp,

    forgetEnded(): void {
      const before = now().getTime() - KEPT_AFTER_END_MS;
      for (const stream of [...streams.values()]) {
        if (stream.endedAtMs !== undefined && stream.endedAtMs < before) forget(stream);
      }
    },

    size: (): number => streams.size,

    /** Which broker link this is, counted from the start. */
    link: (): number => link,

    /** Ends every wait; nothing is told afterwards. */
    close(): void {
      for (const stream of [...streams.values()]) forget(stream);
    },
  };
};
