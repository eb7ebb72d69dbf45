import { useSignal } from '@preact/signals';
import { OrderBoard } from '../orders/order-board.tsx';
import type { Desk } from '../shell/desk.ts';
import { Notice } from '../shell/notice.tsx';
import { useEvery } from '../shell/use-every.ts';
import { duration } from '../shell/words.ts';
import type { RiderState } from './city.ts';
import { CityMap } from './city-map.tsx';
import type { Chosen } from './draw-city.ts';

const STATE_WORDS: readonly (readonly [RiderState, string])[] = [
  ['free', 'free'],
  ['offered', 'with an offer'],
  ['to-kitchen', 'to the kitchen'],
  ['carrying', 'carrying food'],
  ['offline', 'off duty'],
];

/** The city as it is now, and the orders in it. */
export const CityPage = ({ desk }: { desk: Desk }) => {
  const chosen = useSignal<Chosen>(undefined);
  const { city } = desk;
  const counts = city.counts.value;
  return (
    <div class="city-page">
      <section class="panel map-panel" aria-label="City">
        <Notice answer={city.refusal.value} />
        <CityMap
          desk={desk}
          chosen={chosen.value}
          choose={(what) => {
            chosen.value = what;
          }}
        />
        <ul class="legend" aria-label="Riders by state">
          {STATE_WORDS.map(([state, words]) => (
            <li key={state}>
              <i class={`dot ${state}`} aria-hidden="true" /> {counts[state]} {words}
            </li>
          ))}
          <li>
            <i class="dot stale" aria-hidden="true" /> {counts.stale} silent for 30 s or more
          </li>
          <li>
            <i class="dot kitchen" aria-hidden="true" /> {city.kitchens.size} kitchens (hollow: closed)
          </li>
        </ul>
        <ChosenPanel desk={desk} chosen={chosen.value} />
      </section>
      <OrderBoard desk={desk} />
    </div>
  );
};

const ChosenPanel = ({ desk, chosen }: { desk: Desk; chosen: Chosen }) => {
  const now = useSignal(Date.now());
  useEvery(1_000, () => {
    now.value = Date.now();
  });
  if (chosen?.kind === 'rider') {
    const rider = desk.city.riders.get(chosen.id);
    if (!rider) return null;
    const { orderId } = rider;
    return (
      <p class="chosen" role="status">
        <b>{rider.name}</b>: {STATE_WORDS.find(([state]) => state === rider.state)?.[1]}, position{' '}
        {duration(now.value - rider.seenAtMs)} old{rider.isStale ? ' (silent: not asked any more)' : ''}.
        {orderId !== undefined && (
          <button type="button" onClick={() => desk.orders.show(orderId)}>
            The order
          </button>
        )}
      </p>
    );
  }
  const kitchen = chosen?.kind === 'kitchen' ? desk.city.kitchens.get(chosen.id) : undefined;
  if (!kitchen) return null;
  const here = [...desk.orders.cards.value.values()].filter(({ restaurantId }) => restaurantId === kitchen.id);
  return (
    <p class="chosen" role="status">
      <b>{kitchen.name}</b>: {kitchen.isOpen ? 'open' : 'closed'}, {here.length} orders on the board.
    </p>
  );
};
