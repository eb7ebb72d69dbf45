import { useEvery } from '../shell/use-every.ts';
import { duration, rupees } from '../shell/words.ts';
import { AppFrame } from './app-frame.tsx';
import { OfferCard } from './offer-card.tsx';
import type { RiderApp } from './rider-app.ts';
import { DELIVERY_WORDS } from './state-words.ts';
import { TripCard } from './trip-card.tsx';

const TICK_MS = 1_000;

/** What a rider sees: offers with their time, and the delivery under way. */
export const RiderScreen = ({ app }: { app: RiderApp }) => {
  useEvery(TICK_MS, app.tick);
  const { value: rider } = app.rider;
  const { value: delivery } = app.delivery;
  const { value: offers } = app.offers;
  const isUnderWay = delivery?.status === 'assigned' || delivery?.status === 'picked_up';
  return (
    <AppFrame
      name="Rider app"
      who={rider?.name ?? 'Not registered yet'}
      state={stateOf(app)}
      link={app.link}
      errand={app.errand}
      said={app.said.value}
    >
      {rider ? <Duty app={app} isAvailable={rider.isAvailable} /> : <p class="quiet">The rider is being registered.</p>}
      {!rider && app.errand.problem.value !== undefined && (
        <button type="button" disabled={app.errand.isBusy.value} onClick={() => void app.load()}>
          Try again
        </button>
      )}
      {offers.map((heard) => (
        <OfferCard key={heard.offer.offerId} app={app} heard={heard} />
      ))}
      {delivery && isUnderWay && <TripCard app={app} delivery={delivery} />}
      {delivery && !isUnderWay && (
        <p class="card">
          {DELIVERY_WORDS[delivery.status]}.
          {delivery.status === 'delivered' &&
            delivery.earningPaise !== undefined &&
            ` You earned ${rupees(delivery.earningPaise)}.`}
        </p>
      )}
      {rider?.isAvailable && !isUnderWay && offers.length === 0 && (
        <p class="quiet">
          No offer. One comes here when a kitchen near you presses "Ready", with the seconds it stays.
        </p>
      )}
    </AppFrame>
  );
};

const stateOf = ({ delivery, offers }: RiderApp): string => {
  const { value: mine } = delivery;
  const isOver = mine === undefined || mine.status === 'delivered' || mine.status === 'cancelled';
  if (isOver && offers.value.length > 0) return 'offering';
  return mine?.status ?? 'none';
};

const Duty = ({ app, isAvailable }: { app: RiderApp; isAvailable: boolean }) => {
  const { reported, now } = app.whereabouts;
  const { value: last } = reported;
  return (
    <>
      <div class="duty">
        <p>
          You are <b>{isAvailable ? 'on duty' : 'off duty'}</b>.
        </p>
        <button type="button" disabled={app.errand.isBusy.value} onClick={() => void app.setAvailable(!isAvailable)}>
          {isAvailable ? 'Go off duty' : 'Go on duty'}
        </button>
      </div>
      {last && last.problem === undefined && <p class="quiet">Position sent {duration(now.value - last.atMs)} ago.</p>}
      {last?.problem !== undefined && <p class="warning">The last position was not taken: {last.problem}.</p>}
    </>
  );
};
