import { useSignal } from '@preact/signals';
import { useEvery } from '../shell/use-every.ts';
import { AppFrame } from './app-frame.tsx';
import type { KitchenApp } from './kitchen-app.ts';
import { KitchenOrder } from './kitchen-order.tsx';
import { hasEnded } from './order-progress.ts';

const ENDED_SHOWN = 3;
const CATCH_UP_EVERY = 3;

/** What a kitchen sees: its orders, newest first, each with what can be done to it. */
export const KitchenScreen = ({ app }: { app: KitchenApp }) => {
  const now = useSignal(Date.now());
  const ticks = useSignal(0);
  useEvery(1_000, async () => {
    now.value = Date.now();
    ticks.value += 1;
    if (ticks.value % CATCH_UP_EVERY === 0) await app.catchUp();
  });
  const { value: orders } = app.orders;
  const { value: restaurant } = app.restaurant;
  const open = orders.filter(({ status }) => !hasEnded(status));
  const ended = orders.filter(({ status }) => hasEnded(status)).slice(0, ENDED_SHOWN);
  return (
    <AppFrame
      name="Kitchen app"
      who={restaurant?.name ?? 'No restaurant yet'}
      state={orders[0]?.status ?? 'none'}
      link={app.link}
      errand={app.errand}
      said={app.said.value}
    >
      {restaurant ? (
        <div class="duty">
          <p>
            The kitchen is <b>{restaurant.isOpen ? 'open' : 'closed'}</b>.
          </p>
          <button type="button" disabled={app.errand.isBusy.value} onClick={() => void app.setOpen(!restaurant.isOpen)}>
            {restaurant.isOpen ? 'Close the kitchen' : 'Open the kitchen'}
          </button>
        </div>
      ) : (
        <p class="quiet">The restaurant is being opened.</p>
      )}
      {!restaurant && app.errand.problem.value !== undefined && (
        <button type="button" disabled={app.errand.isBusy.value} onClick={() => void app.load()}>
          Try again
        </button>
      )}
      {restaurant && open.length === 0 && (
        <p class="quiet">No order to cook. One that is paid in the customer app appears here by itself.</p>
      )}
      {open.map((order) => (
        <KitchenOrder key={order._id} app={app} order={order} nowMs={now.value} />
      ))}
      {ended.length > 0 && <h3>Ended</h3>}
      {ended.map((order) => (
        <KitchenOrder key={order._id} app={app} order={order} nowMs={now.value} />
      ))}
    </AppFrame>
  );
};
