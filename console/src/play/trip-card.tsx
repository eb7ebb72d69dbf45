import { useSignal } from '@preact/signals';
import { distanceM, type Point } from '@tiffin/contracts/geo';
import type { DeliveryView } from '@tiffin/contracts/rider-api';
import { metres, rupees, shortId } from '../shell/words.ts';
import { isThere, RIDING_M_PER_S } from './ride.ts';
import type { RiderApp } from './rider-app.ts';
import { DELIVERY_WORDS } from './state-words.ts';

/** The delivery under way: to the kitchen, then to the door. */
export const TripCard = ({ app, delivery }: { app: RiderApp; delivery: DeliveryView }) => (
  <article class="card stack" aria-label={`Delivery ${shortId(delivery.orderId)}`}>
    <h3>{DELIVERY_WORDS[delivery.status]}</h3>
    <p>
      {delivery.restaurantName ?? 'A kitchen'}
      {delivery.dropoffArea !== undefined && ` → ${delivery.dropoffArea}`}
      {delivery.earningPaise !== undefined && `. You earn ${rupees(delivery.earningPaise)}`}
      {delivery.customerPhone !== undefined && `. Customer: ${delivery.customerPhone}`}.
    </p>
    {delivery.status === 'assigned' ? (
      <ToKitchen app={app} delivery={delivery} />
    ) : (
      <ToDoor app={app} delivery={delivery} />
    )}
  </article>
);

const ToKitchen = ({ app, delivery }: { app: RiderApp; delivery: DeliveryView }) => {
  const reason = useSignal('My scooter broke down');
  const { value: isBusy } = app.errand.isBusy;
  return (
    <>
      <Distance app={app} goal={delivery.pickup} name="the kitchen" />
      <div class="buttons">
        <RideButton app={app} goal={delivery.pickup} name="the kitchen" />
        <button
          type="button"
          class={mark(isAt(app, delivery.pickup))}
          disabled={isBusy}
          onClick={() => void app.pickUp()}
        >
          Picked up
        </button>
      </div>
      <p class="field">
        <label for="play-release">Reason to give it back</label>
        <input
          id="play-release"
          maxlength={300}
          value={reason.value}
          onInput={({ currentTarget }) => {
            reason.value = currentTarget.value;
          }}
        />
      </p>
      <div class="buttons">
        <button
          type="button"
          disabled={isBusy || reason.value.trim() === ''}
          onClick={() => void app.giveBack(reason.value)}
        >
          Give back
        </button>
      </div>
    </>
  );
};

const ToDoor = ({ app, delivery: { dropoff } }: { app: RiderApp; delivery: DeliveryView }) => {
  const code = useSignal('');
  return (
    <>
      {dropoff && <Distance app={app} goal={dropoff} name="the door" />}
      {app.asksCode.value && (
        <p class="field">
          <label for="play-code">Code the customer says</label>
          <input
            id="play-code"
            inputmode="numeric"
            autocomplete="off"
            maxlength={16}
            value={code.value}
            onInput={({ currentTarget }) => {
              code.value = currentTarget.value;
            }}
          />
        </p>
      )}
      <div class="buttons">
        {dropoff && <RideButton app={app} goal={dropoff} name="the door" />}
        <button
          type="button"
          class={mark(!dropoff || isAt(app, dropoff))}
          disabled={app.errand.isBusy.value}
          onClick={() => void app.deliver(code.value)}
        >
          Delivered
        </button>
      </div>
    </>
  );
};

const Distance = ({ app, goal, name }: { app: RiderApp; goal: Point; name: string }) => {
  const { place, goal: ahead } = app.whereabouts;
  if (isAt(app, goal)) return <p role="status">You are at {name}.</p>;
  return (
    <p>
      {metres(distanceM(place.value, goal))} to {name}
      {ahead.value ? `, riding at ${RIDING_M_PER_S} m/s` : ''}.
    </p>
  );
};

const RideButton = ({ app, goal, name }: { app: RiderApp; goal: Point; name: string }) => {
  const { whereabouts } = app;
  const isOff = whereabouts.goal.value !== undefined || isAt(app, goal);
  return (
    <button type="button" class={mark(!isAt(app, goal))} disabled={isOff} onClick={() => whereabouts.rideTo(goal)}>
      {`Ride to ${name}`}
    </button>
  );
};

const isAt = ({ whereabouts }: RiderApp, goal: Point): boolean => isThere(whereabouts.place.value, goal);

/** The one button that is the next step. */
const mark = (isNext: boolean): string | undefined => (isNext ? 'primary' : undefined);
