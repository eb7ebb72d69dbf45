import { MINUTE } from '@tiffin/platform/clock';
import { changed, conflict, outrun, unchanged } from '@tiffin/platform/persistence/decision';
import { type Delivery, type DeliveryEvent, factsOf, type Step, withoutSearch, withoutWatch } from './delivery.ts';
import { endOffers } from './offers.ts';

/** What became of the code the rider typed; `not-asked` where codes are off. */
export type CodeCheck = 'right' | 'wrong' | 'not-asked';

/** Guesses before the rider has to wait and a person is told, and how long: 10,000 codes at 5 a minute outlast any delivery. */
export const CODE_ATTEMPTS = 5;
export const CODE_LOCK_MS = MINUTE;

/** Who releases late still gets the order this long to find another rider, even past the search limit. */
const AFTER_RELEASE_MS = 5 * MINUTE;

const notYours = conflict('not_found', 'You have no such delivery.');
const closed = conflict('delivery_closed', 'The delivery is closed.');

/** Somebody who never had the job learns nothing of it. */
const isAssignedTo = (state: Delivery, riderUserId: string): boolean => state.riderUserId === riderUserId;

/** The food is in the rider's bag. Said twice, it changes nothing. */
export const pickUp = (state: Delivery, riderUserId: string) => {
  if (!isAssignedTo(state, riderUserId)) return notYours;
  switch (state.status) {
    case 'picked_up':
    case 'delivered':
      return unchanged;
    case 'assigned': {
      const after: Delivery = { ...state, status: 'picked_up' };
      return changed(after, { type: 'DELIVERY_PICKED_UP', version: 1, data: factsOf(after, []) } as const);
    }
    default:
      return closed;
  }
};

/** The food is with the customer, and the rider is free in the same write. A wrong code is counted, and locks the door for a while. */
export const deliver = (state: Delivery, riderUserId: string, code: CodeCheck, now: Date) => {
  if (!isAssignedTo(state, riderUserId)) return notYours;
  switch (state.status) {
    case 'delivered':
      return unchanged;
    case 'assigned':
      return conflict('delivery_conflict', 'Pick the order up first.');
    case 'picked_up':
      break;
    default:
      return closed;
  }
  const lockedMs = state.codeLockedUntil ? Date.parse(state.codeLockedUntil) - now.getTime() : 0;
  if (code !== 'not-asked' && lockedMs > 0)
    return {
      ...conflict('too_many_requests', 'Too many wrong codes; wait a minute.'),
      retryAfterMs: lockedMs,
    } as const;
  if (code === 'wrong') {
    const after = countWrongCode(state, now);
    return changed<Delivery, DeliveryEvent>(after, ...(after.wrongCodes === CODE_ATTEMPTS ? [nobodyKnows(after)] : []));
  }
  const { codeLockedUntil: _unlocked, ...rest } = withoutWatch(state);
  const after: Delivery = { ...rest, status: 'delivered', active: false, wrongCodes: 0 };
  return changed(after, { type: 'DELIVERY_COMPLETED', version: 1, data: factsOf(after, []) } as const);
};

const countWrongCode = (state: Delivery, now: Date): Delivery => {
  const wrongCodes = state.wrongCodes + 1;
  if (wrongCodes % CODE_ATTEMPTS > 0) return { ...state, wrongCodes };
  return { ...state, wrongCodes, codeLockedUntil: new Date(now.getTime() + CODE_LOCK_MS).toISOString() };
};

/** The first time the door is locked a person hears of it: either the rider guesses, or the customer cannot find the code. */
const nobodyKnows = ({ orderId, riderId }: Delivery): DeliveryEvent => {
  if (!riderId) throw new Error('a code was typed and nobody has the delivery');
  const reason = `the code at the door was wrong ${CODE_ATTEMPTS} times`;
  return { type: 'DELIVERY_CASE_OPENED', version: 1, data: { orderId, riderId, reason } };
};

/** The rider gives the job back before the pick-up; he is free at once and the search goes on without him. */
export const release = (state: Delivery, riderUserId: string, reason: string, now: Date) => {
  const own = state.offers.findLast((offer) => offer.riderUserId === riderUserId);
  if (!isAssignedTo(state, riderUserId)) return own?.status === 'released' ? unchanged : notYours;
  switch (state.status) {
    case 'assigned':
      break;
    case 'picked_up':
    case 'delivered':
      return conflict('delivery_conflict', 'The food has been picked up; the delivery cannot be released any more.');
    default:
      return closed;
  }
  const back = takeBack(state, reason, now);
  return changed(back.state, ...back.events);
};

/** Takes the job from its rider before the pick-up: he is free, hears of it and is not asked again, and the search goes on. */
export const takeBack = (state: Delivery, reason: string, now: Date): Step => {
  const { state: given, ended } = endOffers(
    withoutWatch(state),
    (offer) => offer.status === 'accepted' && offer.riderUserId === state.riderUserId,
    { status: 'released' },
  );
  const { riderId: _id, riderUserId: _user, riderName: _name, riderPhone: _phone, ...rest } = given;
  const until = Math.max(now.getTime() + AFTER_RELEASE_MS, state.searchUntil ? Date.parse(state.searchUntil) : 0);
  const after: Delivery = {
    ...rest,
    status: 'searching',
    open: true,
    active: false,
    emptySearches: 0,
    nextSearchAt: now.toISOString(),
    searchUntil: new Date(until).toISOString(),
  };
  const back = ended.map((offer) => ({
    offerId: offer.offerId,
    riderUserId: offer.riderUserId,
    reason: 'cancelled' as const,
  }));
  return {
    state: after,
    events: [{ type: 'RIDER_UNASSIGNED', version: 1, data: { ...factsOf(after, back), reason } }],
  };
};

/** The order is cancelled. Everybody who was asked hears of it, the assigned rider too, and is free. After the pick-up the trip goes on. */
export const cancel = (state: Delivery) => {
  if (!state.open && state.status !== 'assigned') return outrun;
  const told = state.offers.filter((offer) => offer.status === 'sent' || (offer.status === 'accepted' && state.active));
  const { state: ended } = endOffers(state, (offer) => offer.status === 'sent', {
    status: 'revoked',
    revokedFor: 'taken',
  });
  const after: Delivery = { ...withoutSearch(withoutWatch(ended)), status: 'cancelled', active: false };
  const closedOffers = told.map((offer) => ({
    offerId: offer.offerId,
    riderUserId: offer.riderUserId,
    reason: 'cancelled' as const,
  }));
  return changed(after, { type: 'DELIVERY_CANCELLED', version: 1, data: factsOf(after, closedOffers) } as const);
};
