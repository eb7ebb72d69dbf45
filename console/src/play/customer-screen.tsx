import type { RestaurantView } from '@tiffin/contracts/restaurant-api';
import { useEffect } from 'preact/hooks';
import { useEvery } from '../shell/use-every.ts';
import { AppFrame } from './app-frame.tsx';
import { CheckoutDialog } from './checkout-dialog.tsx';
import type { CustomerApp } from './customer-app.ts';
import { MenuForm } from './menu-form.tsx';
import { OrderTrack } from './order-track.tsx';

const CATCH_UP_MS = 3_000;

/** What a customer sees: a menu, then the way of the order. */
export const CustomerScreen = ({ app, restaurant }: { app: CustomerApp; restaurant: RestaurantView | undefined }) => {
  useEvery(CATCH_UP_MS, app.catchUp);
  const restaurantId = restaurant?._id;
  useEffect(() => {
    if (restaurantId !== undefined) void app.readMenu(restaurantId);
  }, [app, restaurantId]);

  const { value: order } = app.order;
  const { value: checkout } = app.checkout;
  return (
    <AppFrame
      name="Customer app"
      who="Meera, hungry"
      state={order?.status ?? 'none'}
      link={app.link}
      errand={app.errand}
      said={app.said.value}
    >
      {order ? <OrderTrack app={app} order={order} /> : <MenuForm app={app} restaurant={restaurant} />}
      {checkout && <CheckoutDialog app={app} checkout={checkout} />}
    </AppFrame>
  );
};
