import type { ContinueSearch } from '../dispatch/continue-search.ts';
import type { WatchRider } from './watch-rider.ts';

/** What a timer does: the search takes its next turn; where there is none, because a rider has the job, he is looked for. */
export const createContinueDelivery =
  ({ continueSearch, watchRider }: { continueSearch: ContinueSearch; watchRider: WatchRider }) =>
  async (orderId: string) => {
    const turn = await continueSearch(orderId);
    if (turn.kind !== 'idle') return turn;
    const { active, riderId, orderId: order } = turn.stored.state;
    return active && riderId ? watchRider({ orderId: order, riderId }) : turn;
  };
