import type { OfferId } from '@tiffin/contracts/ids';
import type { DeliveryChange } from '../deliveries/delivery.store.ts';
import type { SearchPolicy, Step } from '../deliveries/delivery.ts';
import { expireOffers, freeSlots, makeOffers } from '../deliveries/offers.ts';
import { escalate, foundNobody, isSearchOver } from '../deliveries/search-turns.ts';
import { type Candidate, decisionOf } from './candidates.ts';
import type { FindRiders } from './find-riders.ts';
import { awaitFinisher, type FinishingPolicy } from './finishing-soon.ts';

export type AdvanceSearch = (begun: Step, now: Date, why?: { nudged: boolean }) => Promise<DeliveryChange>;

/**
 * Takes a search as far as it goes at this moment: ends what has expired, gives up past the limit, asks whoever is free. What it
 * returns is written at once together with the step that began it, so that no crash falls between an answer and the next offer.
 * `nudged`: somebody new may be there; if he cannot be asked, the pauses of the search stay as they are.
 */
export const createAdvanceSearch =
  ({
    findRiders,
    policy,
    newOfferId,
  }: {
    findRiders: FindRiders;
    policy: SearchPolicy & { finishing: FinishingPolicy };
    newOfferId: () => OfferId;
  }): AdvanceSearch =>
  async (begun, now, { nudged } = { nudged: false }) => {
    const expired = expireOffers(begun.state, now);
    const events = [...begun.events, ...expired.events];
    const { state } = expired;
    if (isSearchOver(state, now)) {
      const over = escalate(state);
      return { state: over.state, events: [...events, ...over.events] };
    }
    const slots = freeSlots(state, policy);
    if (slots === 0 || !state.job) return { state, events };

    const found = await findRiders(state, state.job.pickup, slots, now);
    const decisions = [decisionOf(found, state.wave + 1, now)];
    if (found.chosen.length > 0) {
      const asked = makeOffers(
        state,
        found.chosen.map((rider) => withOffer(rider, newOfferId())),
        now,
        policy,
      );
      return { state: asked.state, events: [...events, ...asked.events], decisions };
    }
    if (nudged) return { state, events };
    const paused = found.isWaiting ? awaitFinisher(state, now, policy.finishing) : foundNobody(state, now);
    return { state: paused, events, ...(paused !== state && { decisions }) };
  };

const withOffer = ({ riderId, riderUserId, riderName, riderPhone, distanceM }: Candidate, offerId: OfferId) => ({
  offerId,
  riderId,
  riderUserId,
  riderName,
  riderPhone,
  distanceM,
});
