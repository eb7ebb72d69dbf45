import { SECOND } from '@tiffin/platform/clock';

const SHORTEST_INTERVAL_MS = SECOND;
/** How soon a position that came too early, or met a slow client, is tried again. */
const RETRY_MS = 100;

/** As what a socket hears a position: as one who watches that trip, or as operations, who watch the whole city. */
export type Audience = 'trip' | 'city';

/** A socket as far as positions go: whether it can take more now, and how it is given the newest ones that are due. */
export type PositionTaker = {
  readonly id: string;
  takesPositions(): boolean;
  send(audience: Audience, payloads: readonly object[]): void;
};

/** The newest position of what `key` names: an order for a trip, a rider for the city. */
export type NewestPosition = { audience: Audience; key: string; version: string; payload: object };

type Slot = NewestPosition & { dirty: boolean; sentAtMs: number };
type Waiting = { taker: PositionTaker; slots: Map<string, Slot> };

const nameOf = ({ audience, key }: Pick<NewestPosition, 'audience' | 'key'>): string => `${audience} ${key}`;

/**
 * One slot per socket, audience and key with the newest position in it, sent at most once a second. A socket that cannot take more keeps its
 * slots: each costs one position however long it stalls, and it gets the newest ones when it wakes up. (socket.io's `volatile` drops
 * the newest instead of the oldest.)
 */
export const createPositionSlots = ({ nowMs }: { nowMs: () => number }) => {
  const takers = new Map<string, Waiting>();
  /** Holds something that may be due. */
  const dirty = new Set<Waiting>();
  /** Was given something since the last flush. */
  const fresh = new Set<Waiting>();

  const flush = (waiting: Waiting): void => {
    const { taker, slots } = waiting;
    if (!taker.takesPositions()) return;
    const due: Record<Audience, object[]> = { trip: [], city: [] };
    let left = false;
    for (const slot of slots.values()) {
      if (!slot.dirty) continue;
      if (nowMs() - slot.sentAtMs < SHORTEST_INTERVAL_MS) {
        left = true;
        continue;
      }
      slot.dirty = false;
      slot.sentAtMs = nowMs();
      due[slot.audience].push(slot.payload);
    }
    if (due.trip.length > 0) taker.send('trip', due.trip);
    if (due.city.length > 0) taker.send('city', due.city);
    if (!left) dirty.delete(waiting);
  };

  const flushAll = () => {
    for (const waiting of dirty) flush(waiting);
  };
  const interval = setInterval(flushAll, RETRY_MS).unref();

  return {
    /** Keeps a position for one socket until the next flush; the same `version` again is nothing new. */
    put(taker: PositionTaker, newest: NewestPosition): void {
      const waiting = takers.get(taker.id) ?? { taker, slots: new Map<string, Slot>() };
      takers.set(taker.id, waiting);
      const name = nameOf(newest);
      const slot = waiting.slots.get(name);
      if (slot?.version === newest.version) return;
      waiting.slots.set(name, { ...newest, dirty: true, sentAtMs: slot?.sentAtMs ?? Number.NEGATIVE_INFINITY });
      dirty.add(waiting);
      fresh.add(waiting);
    },
    /** Sends what is due to those who were given something since the last time: all of it that goes to one taker goes together. */
    flush(): void {
      for (const waiting of fresh) flush(waiting);
      fresh.clear();
    },
    /** The trip of this order is over: nobody watches it any more. */
    drop(orderId: string): void {
      for (const { slots } of takers.values()) slots.delete(nameOf({ audience: 'trip', key: orderId }));
    },
    forget(takerId: string): void {
      const waiting = takers.get(takerId);
      if (waiting) {
        dirty.delete(waiting);
        fresh.delete(waiting);
      }
      takers.delete(takerId);
    },
    /** Sends what is due to anybody. For the interval, and for tests. */
    flushAll,
    close: () => clearInterval(interval),
  };
};
export type PositionSlots = ReturnType<typeof createPositionSlots>;
