import type { Point } from '@tiffin/contracts/geo';
import {
  type ItemView,
  itemList,
  itemReply,
  type RestaurantView,
  restaurantList,
  restaurantReply,
} from '@tiffin/contracts/restaurant-api';
import type { Answer, Doors } from '../doors/doors.ts';

const MENU = [
  { name: 'Masala dosa', description: 'Rice crepe with potatoes', pricePaise: 12_000 },
  { name: 'Lemon rice', description: 'With peanuts', pricePaise: 9_000 },
  { name: 'Filter coffee', pricePaise: 4_000 },
] as const;

/** The restaurant of this owner with its menu. A first one is opened; one that a person has closed stays closed. */
export const openRestaurant = async (doors: Doors, place: Point): Promise<Answer<RestaurantView>> => {
  const owned = await doors.ask({ part: 'restaurant', path: '/api/v1/restaurants?owner=me' }, restaurantList);
  if (owned.kind !== 'answered') return owned;
  const [first] = owned.body.items;
  const found = first ? { ...owned, body: { restaurant: first } } : await register(doors, place);
  if (found.kind !== 'answered') return found;
  const { restaurant } = found.body;
  const path = `/api/v1/restaurants/${restaurant._id}`;

  const listed = await doors.ask({ part: 'restaurant', path: `${path}/items` }, itemList);
  if (listed.kind !== 'answered') return listed;
  const isNew = listed.body.items.length < MENU.length;
  for (const dish of missingOf(listed.body.items)) {
    const added = await doors.ask({ part: 'restaurant', path: `${path}/items`, method: 'POST', body: dish }, itemReply);
    if (added.kind !== 'answered') return added;
  }
  if (!isNew) return { ...found, body: restaurant };
  const opened = await doors.ask(
    { part: 'restaurant', path, method: 'PATCH', body: { isOpen: true } },
    restaurantReply,
  );
  return opened.kind === 'answered' ? { ...opened, body: opened.body.restaurant } : opened;
};

const register = (doors: Doors, location: Point) =>
  doors.ask(
    {
      part: 'restaurant',
      path: '/api/v1/restaurants',
      method: 'POST',
      body: {
        name: 'The Play Kitchen',
        description: 'Cooked by hand, on the page "Play" of the console',
        phone: '+91 80 4000 7000',
        formattedAddress: '7 Play Street, Ashok Nagar, Bengaluru',
        location,
      },
    },
    restaurantReply,
  );

const missingOf = (items: readonly ItemView[]) => MENU.filter(({ name }) => !items.some((item) => item.name === name));
