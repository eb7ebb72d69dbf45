import { metres, rupees } from '../shell/words.ts';
import { countdown } from './countdown.ts';
import type { HeardOffer, RiderApp } from './rider-app.ts';

/** An offer, and how long it stays. */
export const OfferCard = ({ app, heard: { offer, heardAtMs } }: { app: RiderApp; heard: HeardOffer }) => {
  const { part, over, words } = countdown(offer.expiresAt, heardAtMs, app.whereabouts.now.value);
  const isOff = app.errand.isBusy.value || over;
  const clockId = `clock-${offer.offerId}`;
  return (
    <article class="card stack" aria-label={`Offer from ${offer.restaurantName ?? 'a kitchen'}`}>
      <h3>{offer.restaurantName ?? 'A kitchen'}</h3>
      <p>
        {metres(offer.distanceM)} to the kitchen
        {offer.tripM !== undefined && `, then ${metres(offer.tripM)}`}
        {offer.dropoffArea !== undefined && ` to ${offer.dropoffArea}`}.{' '}
        {offer.earningPaise !== undefined && (
          <>
            You earn <b>{rupees(offer.earningPaise)}</b>.
          </>
        )}
      </p>
      <progress class="clock" aria-labelledby={clockId} max={1} value={part} />
      <p id={clockId} class={part < 0.4 ? 'warning' : undefined}>
        {words}
      </p>
      <div class="buttons">
        <button type="button" class="primary" disabled={isOff} onClick={() => void app.accept(offer.orderId)}>
          Accept offer
        </button>
        <button type="button" disabled={isOff} onClick={() => void app.decline(offer.orderId)}>
          Decline
        </button>
      </div>
    </article>
  );
};
