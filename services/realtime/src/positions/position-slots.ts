import { SECOND } from '@tiffin/platform/clock';

const SHORTEST_INTERVAL_MS = SECOND;
/** How soon a position that came too early, or met a slow client, is tried again. */
const RETRY_MS = 100;

/** A socket as far as positions go: whether it can take more now, and how it is given one. */
export type PositionTaker = { readonly id: string; takesPositions(): boolean; send(payload: object): void };

type Slot = { payload: object; version: string; dirty: boolean; sentAtMs: number };
type Waiting = { taker: PositionTaker; slots: Map<string, Slot> };

/**
 * One slot per socket and order with the newest position in it, sent at most once a second. A socket that cannot take more keeps its
 * slot: it costs one position however long it stalls, and gets the newest one when it wakes up. (socket.io's `volatile` drops the
 * newest instead of the oldest.)
 */
export const createPositionSlots = ({ nowMs }: { nowMs: () => number }) => {
  const sockets = new Map<string, Waiting>();
  const dirty = new Set<Waiting>();

  const flush = (waiting: Waiting): void => {
    const { taker, slots } = waiting;
    if (!taker.takesPositions()) return;
    let left = false;
    for (const slot of slots.values()) {
      if (!slot.dirty) continue;
      if (nowMs() - slot.sentAtMs < SHORTEST_INTERVAL_MS) {
        left = true;
        continue;
      }
      slot.dirty = false;
      slot.sentAtMs = nowMs();
      taker.send(slot.payload);
    }
    if (!left) dirty.delete(waiting);
  };

  const flushAll = () => {
    for (const waiting of dirty) flush(waiting);
  };
  const interval = setInterval(flushAll, RETRY_MS).unref();

  return {
    /** The newest position of what `key` names (an order, or a rider off a trip) for one socket; the same `version` again is nothing new. */
    put(taker: PositionTaker, key: string, version: string, payload: object): void {
      const waiting = sockets.get(taker.id) ?? { taker, slots: new Map<string, Slot>() };
      sockets.set(taker.id, waiting);
      const slot = waiting.slots.get(key);
      if (slot?.version === version) return;
      waiting.slots.set(key, { payload, version, dirty: true, sentAtMs: slot?.sentAtMs ?? Number.NEGATIVE_INFINITY });
      dirty.add(waiting);
      flush(waiting);
    },
    /** Nobody on this socket looks at `key` any more. */
    drop(key: string): void {
      for (const { slots } of sockets.values()) slots.delete(key);
    },
    forget(socketId: string): void {
      const waiting = sockets.get(socketId);
      if (waiting) dirty.delete(waiting);
      sockets.delete(socketId);
    },
    /** Sends what is due. For the interval, and for tests. */
    flushAll,
    close: () => clearInterval(interval),
  };
};
export type PositionSlots = ReturnType<typeof createPositionSlots>;
