import type { Clock } from '@tiffin/platform/clock';
import { createLanes } from '@tiffin/platform/messaging/lanes';
import { type Committed, TooContended } from '@tiffin/platform/persistence/aggregate-store';
import type { Cause, Stored } from '@tiffin/platform/persistence/stored';
import type { DeliveryChange, DeliveryStore } from '../deliveries/delivery.store.ts';
import type { Delivery, DeliveryEvent } from '../deliveries/delivery.ts';
import type { AdvanceSearch } from './advance-search.ts';

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

/**
 * Turns at deliveries. In this process the turns of one delivery follow each other, and a turn may look at what one before it has read
 * after this one had come: hundreds of riders who accept at once cost one write and a few reads. Between processes the conditional write
 * decides.
 */
export const createTurns = ({
  deliveries,
  advance,
  now,
}: {
  deliveries: Pick<DeliveryStore, 'find' | 'commit'>;
  advance: AdvanceSearch;
  now: Clock;
}): Turns => {
  const inLane = createLanes();
  const lanes = new Map<string, Lane>();

  const inTurn = async <Result>(orderId: string, work: (lane: Lane) => Promise<Result>): Promise<Result> => {
    const lane = lanes.get(orderId) ?? { turns: 0 };
    lanes.set(orderId, lane);
    lane.turns += 1;
    const box: { outcome?: () => Result } = {};
    await inLane(orderId, async () => {
      try {
        const result = await work(lane);
        box.outcome = () => result;
      } catch (error) {
        box.outcome = () => {
          throw error;
        };
      }
    });
    lane.turns -= 1;
    if (lane.turns === 0) lanes.delete(orderId);
    if (!box.outcome) throw new Error('a lane ended without its work');
    return box.outcome();
  };

  const look = async (orderId: string, lane: Lane, cameMs: number): Promise<Stored<Delivery> | undefined> => {
    if (lane.known && lane.known.asOfMs >= cameMs) return lane.known.stored;
    const asOfMs = performance.now();
    const stored = await deliveries.find(orderId);
    lane.known = stored && { stored, asOfMs };
    return stored;
  };

  const run = async <Decision extends Decided>(
    { orderId, decide, cause }: { orderId: string; decide: Decide<Decision>; cause: Cause },
    lane: Lane,
    cameMs: number,
    complete: (begun: Changed, at: Date) => Promise<DeliveryChange>,
  ): Promise<Turn<Decision>> => {
    let sinceMs = cameMs;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const stored = await look(orderId, lane, sinceMs);
      if (!stored) return { kind: 'missing' };
      const at = now();
      const decision = decide(stored.state, at);
      if (!isChanged(decision)) return { ...asRefusal(decision), stored };
      const change = await complete(decision, at);
      if (change.state === stored.state && change.events.length === 0) return { kind: 'idle', stored };
      const asOfMs = performance.now();
      const result = await deliveries.commit(stored, change, cause);
      if (result.kind === 'taken') return { kind: 'busy', stored };
      if (result.kind === 'committed') {
        lane.known = { stored: result.stored, asOfMs };
        return result;
      }
      await new Promise((resolve) => setTimeout(resolve, Math.random() * JITTER_MS * attempt)); // parts those who met
      sinceMs = performance.now();
    }
    throw new TooContended(`delivery ${orderId} is being changed by too many at once`);
  };

  const take = <Decision extends Decided>(
    turn: { orderId: string; decide: Decide<Decision>; cause: Cause },
    complete: (begun: Changed, at: Date) => Promise<DeliveryChange>,
  ): Promise<Turn<Decision>> => {
    const cameMs = performance.now();
    return inTurn(turn.orderId, (lane) => run(turn, lane, cameMs, complete));
  };

  return {
    take: (orderId, decide, cause) => take({ orderId, decide, cause }, async (begun) => begun),
    takeAndSearch: (orderId, decide, cause, why) =>
      take({ orderId, decide, cause }, (begun, at) => advance(begun, at, why)),
  };
};

const isChanged = (decision: Decided): decision is Changed => decision.kind === 'changed';

// What is left of a decision once `changed` has been taken out, which the compiler does not see in a type parameter.
const asRefusal = <Decision extends Decided>(decision: Decision) => decision as Exclude<Decision, { kind: 'changed' }>;
