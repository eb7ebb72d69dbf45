import type { Clock } from '@tiffin/platform/clock';
import { createLanes } from '@tiffin/platform/lanes';
import type { Committed } from '@tiffin/platform/persistence/aggregate-store';
import type { Cause, Stored } from '@tiffin/platform/persistence/stored';
import { TooContended } from '@tiffin/platform/persistence/too-contended';
import type { DeliveryChange, DeliveryStore } from '../deliveries/delivery.store.ts';
import type { Delivery, DeliveryEvent } from '../deliveries/delivery.ts';
import type { AdvanceSearch } from './advance-search.ts';
import type { KeepRecords } from './keep-records.ts';

type Changed = { readonly kind: 'changed'; readonly state: Delivery; readonly events: readonly DeliveryEvent[] };
type Decided = Changed | { readonly kind: string };
type Decide<Decision extends Decided> = (state: Delivery, now: Date) => Decision;

/** What became of a turn: written, or what the rule answered. `busy`: the rider of the new state has another job. `idle`: nothing to do. */
export type Turn<Decision extends Decided> =
  | Committed<Delivery>
  | { readonly kind: 'missing' }
  | { readonly kind: 'idle' | 'busy'; readonly stored: Stored<Delivery> }
  | (Exclude<Decision, { kind: 'changed' }> & { readonly stored: Stored<Delivery> });

export type Turns = {
  /** Loads, decides, writes; again when somebody else was first. */
  take<Decision extends Decided>(orderId: string, decide: Decide<Decision>, cause: Cause): Promise<Turn<Decision>>;
  /** The same, and the search goes on in the same write. */
  takeAndSearch<Decision extends Decided>(
    orderId: string,
    decide: Decide<Decision>,
    cause: Cause,
    why?: { nudged: boolean },
  ): Promise<Turn<Decision>>;
};

const ATTEMPTS = 6;
const JITTER_MS = 10;

/** A delivery as this process saw it last, and since when that was so for sure. */
type Known = { readonly stored: Stored<Delivery>; readonly asOfMs: number };
type Lane = { turns: number; known?: Known | undefined };

type Work<Decision extends Decided> = {
  readonly orderId: string;
  readonly decide: Decide<Decision>;
  /** Makes the whole change of what the rule has begun. */
  readonly complete: (begun: Changed, at: Date) => Promise<DeliveryChange>;
  readonly cause: Cause;
};

/**
 * Turns at deliveries. In this process the turns of one delivery follow each other, and a turn may look at what one before it has read
 * after this one had come: hundreds of riders who accept at once cost one write and a few reads. Between processes the conditional write
 * decides.
 */
export const createTurns = ({
  deliveries,
  advance,
  keepRecords,
  now,
}: {
  deliveries: Pick<DeliveryStore, 'find' | 'latest' | 'commit'>;
  advance: AdvanceSearch;
  keepRecords: KeepRecords;
  now: Clock;
}): Turns => {
  const inLane = createLanes();
  const lanes = new Map<string, Lane>();

  const inTurn = async <Result>(orderId: string, work: (lane: Lane) => Promise<Result>): Promise<Result> => {
    const lane = lanes.get(orderId) ?? { turns: 0 };
    lanes.set(orderId, lane);
    lane.turns += 1;
    try {
      return await inLane(orderId, () => work(lane));
    } finally {
      lane.turns -= 1;
      if (lane.turns === 0) lanes.delete(orderId);
    }
  };

  /** The delivery as it was at `sinceMs` or later. */
  const look = async (orderId: string, lane: Lane, sinceMs: number): Promise<Stored<Delivery> | undefined> => {
    if (isCurrent(lane, sinceMs)) return lane.known.stored;
    const asOfMs = performance.now();
    const stored = await deliveries.find(orderId);
    lane.known = stored && { stored, asOfMs };
    return stored;
  };

  /** One try on this copy: what the rule answers, or the write; undefined when the copy was old. */
  const decideOn = async <Decision extends Decided>(
    stored: Stored<Delivery>,
    { decide, complete, cause }: Work<Decision>,
    lane: Lane,
  ): Promise<Turn<Decision> | undefined> => {
    const at = now();
    const decision = decide(stored.state, at);
    if (!isChanged(decision)) return { ...asRefusal(decision), stored };
    const change = await complete(decision, at);
    if (change.state === stored.state && change.events.length === 0) return { kind: 'idle', stored };
    const asOfMs = performance.now();
    const result = await deliveries.commit(stored, change, cause);
    if (result.kind === 'taken') return { kind: 'busy', stored };
    if (result.kind === 'stale') return undefined;
    lane.known = { stored: result.stored, asOfMs };
    keepRecords(stored.state, result.stored.state, at);
    return result;
  };

  const run = async <Decision extends Decided>(
    work: Work<Decision>,
    lane: Lane,
    cameMs: number,
  ): Promise<Turn<Decision>> => {
    const { orderId } = work;
    // The copy committed last may be old: nothing decided on it counts but a write that lands, which proves it.
    const latest = isCurrent(lane, cameMs) ? undefined : deliveries.latest(orderId);
    const early = latest && (await decideOn(latest, work, lane));
    if (early?.kind === 'committed') return early;

    let sinceMs = cameMs;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const stored = await look(orderId, lane, sinceMs);
      if (!stored) return { kind: 'missing' };
      const result = await decideOn(stored, work, lane);
      if (result) return result;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * JITTER_MS * attempt)); // parts those who met
      sinceMs = performance.now();
    }
    throw new TooContended(`delivery ${orderId} is being changed by too many at once`);
  };

  const take = <Decision extends Decided>(work: Work<Decision>): Promise<Turn<Decision>> => {
    const cameMs = performance.now();
    return inTurn(work.orderId, (lane) => run(work, lane, cameMs));
  };

  return {
    take: (orderId, decide, cause) => take({ orderId, decide, cause, complete: async (begun) => begun }),
    takeAndSearch: (orderId, decide, cause, why) =>
      take({ orderId, decide, cause, complete: (begun, at) => advance(begun, at, why) }),
  };
};

const isCurrent = (lane: Lane, sinceMs: number): lane is Lane & { known: Known } =>
  lane.known !== undefined && lane.known.asOfMs >= sinceMs;

const isChanged = (decision: Decided): decision is Changed => decision.kind === 'changed';

// What is left of a decision once `changed` has been taken out, which the compiler does not see in a type parameter.
const asRefusal = <Decision extends Decided>(decision: Decision) => decision as Exclude<Decision, { kind: 'changed' }>;
