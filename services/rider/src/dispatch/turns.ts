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

/**
 * Turns at deliveries. In this process the turns of one delivery follow each other, so that hundreds of riders who accept at once cost
 * hundreds of reads and one write; between processes the conditional write decides.
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
  const lanes = createLanes();

  const inTurn = async <Result>(orderId: string, work: () => Promise<Result>): Promise<Result> => {
    const box: { outcome?: () => Result } = {};
    await lanes(orderId, async () => {
      try {
        const result = await work();
        box.outcome = () => result;
      } catch (error) {
        box.outcome = () => {
          throw error;
        };
      }
    });
    if (!box.outcome) throw new Error('a lane ended without its work');
    return box.outcome();
  };

  const run = async <Decision extends Decided>(
    orderId: string,
    decide: Decide<Decision>,
    cause: Cause,
    complete: (begun: Changed, at: Date) => Promise<DeliveryChange>,
  ): Promise<Turn<Decision>> => {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const stored = await deliveries.find(orderId);
      if (!stored) return { kind: 'missing' };
      const at = now();
      const decision = decide(stored.state, at);
      if (!isChanged(decision)) return { ...asRefusal(decision), stored };
      const change = await complete(decision, at);
      if (change.state === stored.state && change.events.length === 0) return { kind: 'idle', stored };
      const result = await deliveries.commit(stored, change, cause);
      if (result.kind === 'committed') return result;
      if (result.kind === 'taken') return { kind: 'busy', stored };
      await new Promise((resolve) => setTimeout(resolve, Math.random() * JITTER_MS * attempt)); // parts those who met
    }
    throw new TooContended(`delivery ${orderId} is being changed by too many at once`);
  };

  return {
    take: (orderId, decide, cause) => inTurn(orderId, () => run(orderId, decide, cause, async (begun) => begun)),
    takeAndSearch: (orderId, decide, cause, why) =>
      inTurn(orderId, () => run(orderId, decide, cause, (begun, at) => advance(begun, at, why))),
  };
};

const isChanged = (decision: Decided): decision is Changed => decision.kind === 'changed';

// What is left of a decision once `changed` has been taken out, which the compiler does not see in a type parameter.
const asRefusal = <Decision extends Decided>(decision: Decision) => decision as Exclude<Decision, { kind: 'changed' }>;
