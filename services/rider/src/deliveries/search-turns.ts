import { SECOND } from '@tiffin/platform/clock';
import { type Delivery, factsOf, isOpenOffer, type Step, withoutSearch } from './delivery.ts';
import { endOpenOffers } from './offers.ts';

/** The pause after 1, 2, 3, 4 and more searches in a row that found nobody: 2, 4, 8, 15 s. */
const MAX_PAUSE_MS = 15 * SECOND;
export const pauseAfter = (emptySearches: number): number =>
  Math.min(MAX_PAUSE_MS, SECOND * 2 ** Math.min(emptySearches, 4));

/** Whether it is time to look for riders, offers apart: true once the pause after an empty search is over. */
export const isSearchDue = (state: Delivery, now: Date): boolean =>
  state.open && (state.nextSearchAt === undefined || Date.parse(state.nextSearchAt) <= now.getTime());

/** Whether the search has lasted long enough. */
export const isSearchOver = (state: Delivery, now: Date): boolean =>
  state.open && state.searchUntil !== undefined && Date.parse(state.searchUntil) <= now.getTime();

/** Nobody to ask: the search pauses, longer each time. With offers still open their end is the next turn anyway. */
export const foundNobody = (state: Delivery, now: Date): Delivery => {
  if (!state.open || state.offers.some(isOpenOffer)) return state;
  const emptySearches = state.emptySearches + 1;
  return { ...state, emptySearches, nextSearchAt: new Date(now.getTime() + pauseAfter(emptySearches)).toISOString() };
};

/** No rider in all the time there was: the order will be cancelled and paid back by those who hear of it. */
export const escalate = (state: Delivery): Step => {
  const { state: ended, closed } = endOpenOffers(state, { status: 'expired' }, 'expired');
  const after: Delivery = { ...withoutSearch(ended), status: 'escalated' };
  return { state: after, events: [{ type: 'DELIVERY_ESCALATED', version: 1, data: factsOf(after, closed) }] };
};
