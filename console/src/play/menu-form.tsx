import type { RestaurantView } from '@tiffin/contracts/restaurant-api';
import { rupees } from '../shell/words.ts';
import type { CustomerApp } from './customer-app.ts';

const MOST_OF_ONE = 50;

/** The menu of a kitchen, what is wanted of it, and where it goes. */
export const MenuForm = ({ app, restaurant }: { app: CustomerApp; restaurant: RestaurantView | undefined }) => {
  if (!restaurant) return <p class="quiet">No kitchen yet. It opens in the kitchen app by itself.</p>;
  const { menu, basket, address, errand } = app;
  const wanted = menu.value.reduce((sum, { _id, pricePaise }) => sum + pricePaise * (basket.value[_id] ?? 0), 0);
  const submit = (event: Event) => {
    event.preventDefault();
    void app.placeOrder(restaurant._id);
  };
  return (
    <form class="stack" onSubmit={submit}>
      <h3>{restaurant.name}</h3>
      {!restaurant.isOpen && <p class="warning">The kitchen is closed and takes no orders now.</p>}
      <ul class="menu">
        {menu.value.map((dish) => (
          <li key={dish._id}>
            <label for={`quantity-${dish._id}`}>
              {dish.name} <span class="quiet">{rupees(dish.pricePaise)}</span>
            </label>
            <input
              id={`quantity-${dish._id}`}
              type="number"
              min="0"
              max={MOST_OF_ONE}
              value={basket.value[dish._id] ?? 0}
              disabled={!dish.isAvailable}
              onInput={({ currentTarget }) => {
                basket.value = { ...basket.value, [dish._id]: quantityIn(currentTarget) };
              }}
            />
          </li>
        ))}
      </ul>
      <label for="play-address">Deliver to</label>
      <input
        id="play-address"
        required
        maxlength={300}
        value={address.value.formattedAddress}
        onInput={({ currentTarget }) => {
          address.value = { ...address.value, formattedAddress: currentTarget.value };
        }}
      />
      <label for="play-phone">Telephone</label>
      <input
        id="play-phone"
        type="tel"
        required
        value={address.value.phone}
        onInput={({ currentTarget }) => {
          address.value = { ...address.value, phone: currentTarget.value };
        }}
      />
      <p>
        {wanted === 0
          ? 'Nothing in the basket yet: set how many of a dish you want.'
          : `${rupees(wanted)}, and the fees the order will name.`}
      </p>
      {errand.problem.value?.kind === 'away' && (
        <p class="quiet">No answer came. Press again: the same order is not placed twice.</p>
      )}
      <button type="submit" class="primary" disabled={errand.isBusy.value || wanted === 0}>
        Place order
      </button>
    </form>
  );
};

const quantityIn = ({ valueAsNumber }: HTMLInputElement): number =>
  Number.isInteger(valueAsNumber) ? Math.min(MOST_OF_ONE, Math.max(0, valueAsNumber)) : 0;
