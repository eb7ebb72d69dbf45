import type { Logger } from 'pino';
import type { StreamEvent } from './stored.ts';

/** Events of one document that are to leave: `key` tells the document from every other in the process. */
export type HandOver = {
  readonly key: string;
  readonly events: readonly StreamEvent[];
  publish(event: StreamEvent): Promise<void>;
  /** Remembers that every event up to `seq` is published. */
  markSent(seq: number): void;
  /** Publish also what this process believes has left: the sweeper's way to repair a lost mark. */
  readonly again?: boolean;
};

export type Relay = {
  /** Takes events to publish, or forgets them: the document remembers, and the sweeper finds it. */
  handOver(work: HandOver): void;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
};

type Lane = { left: number; epoch: number; turns: number; end: Promise<void> };

/** How many documents the note of what has left remembers. A forgotten one costs a duplicate, nothing else. */
const REMEMBERED_LANES = 5_000;

/**
 * Publishes events right after the write that made them (rules R1-R4). One document is one lane, in order, each event confirmed before the
 * next leaves; a failed publish ends that lane's waiting turns and touches no other lane. What was handed over twice leaves once.
 */
export const createRelay = ({
  accepting,
  logger,
  maxQueued = 10_000,
}: {
  /** False while the broker is away or blocked. */
  accepting: () => boolean;
  logger: Logger;
  maxQueued?: number;
}): Relay => {
  const lanes = new Map<string, Lane>();
  const running = new Set<Promise<void>>();
  let queued = 0;

  const laneOf = (key: string): Lane => {
    const known = lanes.get(key);
    const lane = known ?? { left: 0, epoch: 0, turns: 0, end: Promise.resolve() };
    lanes.delete(key); // set again below: the map's order is the order of last use
    lanes.set(key, lane);
    for (const [oldKey, old] of lanes) {
      if (lanes.size <= REMEMBERED_LANES) break;
      if (old.turns > 0) break;
      lanes.delete(oldKey);
    }
    return lane;
  };

  const takeTurn = async (work: HandOver, events: readonly StreamEvent[], lane: Lane, epoch: number) => {
    try {
      for (const event of events) {
        if (lane.epoch !== epoch) return; // an earlier event of this document did not leave: neither may this one
        await work.publish(event);
      }
      const last = events.at(-1);
      if (last) work.markSent(last.seq);
    } catch (error) {
      lane.epoch += 1;
      lane.left = 0;
      logger.debug(
        { key: work.key, problem: error instanceof Error ? error.name : 'unknown' },
        'events wait in their document',
      );
    } finally {
      queued -= events.length;
      lane.turns -= 1;
    }
  };

  return {
    handOver: (work) => {
      if (!accepting()) return;
      const lane = laneOf(work.key);
      const events = work.again ? work.events : work.events.filter((event) => event.seq > lane.left);
      const last = events.at(-1);
      if (!last || queued + events.length > maxQueued) return;

      lane.left = Math.max(lane.left, last.seq);
      lane.turns += 1;
      queued += events.length;
      const { epoch } = lane;
      const turn: Promise<void> = lane.end
        .then(() => takeTurn(work, events, lane, epoch))
        .finally(() => running.delete(turn));
      lane.end = turn;
      running.add(turn);
    },
    idle: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
};
