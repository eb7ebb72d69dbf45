import { orderList, orderReply } from '@tiffin/contracts/order-api';
import { pushes } from '@tiffin/contracts/pushes';
import { type ItemView, itemList, itemReply, restaurantList, restaurantReply } from '@tiffin/contracts/restaurant-api';
import type { Doors, Visitor } from './doors.ts';
import type { Ledger } from './ledger.ts';
import type { Pace } from './pace.ts';
import type { Random } from './random.ts';
import { type Spot, toPoint } from './street-grid.ts';
import type { Witness } from './witness.ts';

export type OpenKitchen = {
  readonly restaurantId: string;
  readonly at: Spot;
  readonly menu: readonly [ItemView, ...ItemView[]];
  /** No more orders are taken, and nobody listens any more. */
  close(): Promise<void>;
};

const NAMES = [
  'Dosa House',
  'Biryani Corner',
  'The Thali Room',
  'Momo Point',
  'Tandoor Lane',
  'Idli & Co',
  'Chaat Square',
] as const;
const DISHES = [
  ['Masala dosa', 12_000],
  ['Vegetable biryani', 22_000],
  ['Paneer thali', 28_000],
  ['Filter coffee', 4_000],
] as const;

/** Who owns a kitchen of a city of this name. */
export const kitchenOwner = (name: string, number: number): string => `${name}-kitchen-${number}`;

/** A kitchen that opens, hears of its orders over its socket, and cooks them one by one as they come. */
export const runKitchen = async ({
  number,
  at,
  doors,
  ledger,
  pace,
  random,
  name,
  rejects,
  prepMinutes = 0,
  witness,
}: {
  number: number;
  at: Spot;
  doors: Doors;
  ledger: Ledger;
  pace: Pace;
  random: Random;
  name: string;
  /** Which share of its orders it does not take. */
  rejects: number;
  /** Says so many minutes and keeps its word within a fifth; 0: cooks in seconds, whatever it says. */
  prepMinutes?: number | undefined;
  witness?: Witness | undefined;
}): Promise<OpenKitchen> => {
  const sign = `${NAMES[number % NAMES.length]} ${Math.floor(number / NAMES.length) + 1}`;
  const owner = doors.visitor('restaurant', kitchenOwner(name, number), sign);
  const kitchen = await open(owner, sign, at);

  const cooking = new Set<string>();
  const cook = async (id: string) => {
    if (cooking.has(id)) return;
    cooking.add(id);
    await pace.wait(random.between(1, 4));
    if (rejects > 0 && random.unit() < rejects) {
      await owner.insist('POST', 'restaurant', `/api/v1/orders/${id}/reject`, orderReply, { reason: 'Sold out.' });
      return;
    }
    await owner.insist('POST', 'restaurant', `/api/v1/orders/${id}/accept`, orderReply, {
      prepMinutes: prepMinutes || 10 + random.index(20),
    });
    await pace.wait(random.between(1, 3));
    await owner.insist('POST', 'restaurant', `/api/v1/orders/${id}/prepare`, orderReply, {});
    // By the clock of the services, to whom the minutes were said: a faster city has no shorter ones.
    if (prepMinutes > 0) await pace.unhurried(prepMinutes * 60 * random.between(0.8, 1.2));
    else await pace.wait(random.between(5, 15));
    const ready = await owner.insist('POST', 'restaurant', `/api/v1/orders/${id}/ready`, orderReply, {});
    if (ready.kind === 'answered') ledger.readyAnswered(id);
    cooking.delete(id);
  };

  /** Orders that came while nobody listened: a kitchen looks at its list when it (re)connects. */
  const catchUp = async () => {
    for (const status of ['placed', 'accepted', 'preparing']) {
      const found = await owner.insist('GET', 'restaurant', `/api/v1/orders?status=${status}&limit=100`, orderList);
      if (found.kind !== 'answered') continue;
      for (const { _id } of found.body.items) {
        witness?.found(_id);
        void cook(_id);
      }
    }
  };

  let connections = 0;
  const hangUp = owner.listen({
    connect: () => {
      connections += 1;
      void catchUp();
    },
    'order:new': (payload) => {
      const pushed = pushes['order:new'].safeParse(payload);
      if (!pushed.success) return;
      const { orderId, seq } = pushed.data;
      witness?.told({ orderId, seq, connection: `${owner.sub} ${connections}` });
      void cook(orderId);
    },
  });
  return {
    ...kitchen,
    close: async () => {
      const path = `/api/v1/restaurants/${kitchen.restaurantId}`;
      await owner.insist('PATCH', 'restaurant', path, restaurantReply, { isOpen: false });
      hangUp();
    },
  };
};

/** Finds the kitchen of an earlier day, or registers it; and opens its door. */
const open = async (owner: Visitor, name: string, at: Spot): Promise<Omit<OpenKitchen, 'close'>> => {
  const known = await owner.insist('GET', 'restaurant', '/api/v1/restaurants?owner=me', restaurantList);
  const earlier = known.kind === 'answered' ? known.body.items[0] : undefined;
  const restaurant = earlier ?? (await register(owner, name, at));
  const path = `/api/v1/restaurants/${restaurant._id}`;
  const listed = await owner.insist('GET', 'restaurant', `${path}/items`, itemList);
  const menu = listed.kind === 'answered' ? [...listed.body.items] : [];
  const missing = DISHES.slice(menu.length).map(async ([dish, pricePaise]) => {
    const added = await owner.insist('POST', 'restaurant', `${path}/items`, itemReply, { name: dish, pricePaise });
    if (added.kind === 'answered') menu.push(added.body.item);
  });
  await Promise.all(missing);
  const [first, ...more] = menu;
  if (!first) throw new Error(`${name} has nothing on its menu`);
  await owner.insist('PATCH', 'restaurant', path, restaurantReply, { isOpen: true });
  return { restaurantId: restaurant._id, at, menu: [first, ...more] };
};

const register = async (owner: Visitor, name: string, at: Spot) => {
  const made = await owner.insist('POST', 'restaurant', '/api/v1/restaurants', restaurantReply, {
    name,
    phone: '+91 80 4000 1234',
    formattedAddress: `Crossing ${at.eastM}/${at.northM}, Ashok Nagar, Bengaluru`,
    location: toPoint(at),
  });
  if (made.kind !== 'answered') throw new Error(`a kitchen could not be registered: ${made.kind}`);
  return made.body.restaurant;
};
