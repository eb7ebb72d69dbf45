import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { Point } from '@tiffin/contracts/geo';
import { type OrderView, orderList, orderReply } from '@tiffin/contracts/order-api';
import { pushes } from '@tiffin/contracts/pushes';
import { type RestaurantView, restaurantReply } from '@tiffin/contracts/restaurant-api';
import type { Answer, Doors } from '../doors/doors.ts';
import { STATUS_WORDS, shortId } from '../shell/words.ts';
import type { AppLink } from './app-link.ts';
import { createErrand, type Errand } from './errand.ts';
import { followOrder, type OrderPush } from './follow-order.ts';
import { openRestaurant } from './open-restaurant.ts';
import type { KitchenVerb } from './order-verbs.ts';

const SHOWN_ORDERS = 50;

/** What goes with a verb: the minutes of an accept, the reason of a reject or cancel. */
type VerbDetail = { readonly prepMinutes: number; readonly reason: string };

export type KitchenApp = {
  readonly errand: Errand;
  readonly link: AppLink;
  /** Undefined until it is there with its menu. */
  readonly restaurant: ReadonlySignal<RestaurantView | undefined>;
  /** Those the kitchen has to do with, newest first. */
  readonly orders: ReadonlySignal<readonly OrderView[]>;
  /** The newest thing worth saying aloud. */
  readonly said: ReadonlySignal<string>;
  load(): Promise<unknown>;
  /** Reads again what a lost push has left behind; nothing when nothing is. */
  catchUp(): Promise<void>;
  setOpen(isOpen: boolean): Promise<unknown>;
  command(order: OrderView, verb: KitchenVerb, detail: VerbDetail): Promise<unknown>;
};

/** The app of a kitchen: opens a restaurant the first time, then hears of its orders and answers them. */
export const createKitchenApp = ({ doors, link, place }: { doors: Doors; link: AppLink; place: Point }): KitchenApp => {
  const errand = createErrand();
  const restaurant = signal<RestaurantView | undefined>();
  const known = signal<readonly OrderView[]>([]);
  const said = signal('');
  let isBehind = false;

  const keep = (order: OrderView) => {
    const older = known.value.find(({ _id }) => _id === order._id);
    if (older && older.seq > order.seq) return;
    const others = known.value.filter(({ _id }) => _id !== order._id);
    known.value = [order, ...others].sort((one, other) => other.createdAt.localeCompare(one.createdAt));
  };

  const load = () =>
    errand.inTurn(async (): Promise<Answer<unknown>> => {
      const opened = await openRestaurant(doors, place);
      if (opened.kind !== 'answered') return opened;
      restaurant.value = opened.body;
      const path = `/api/v1/orders?restaurantId=${opened.body._id}&limit=${SHOWN_ORDERS}`;
      const listed = await doors.ask({ part: 'restaurant', path }, orderList);
      if (listed.kind !== 'answered') return listed;
      isBehind = false;
      for (const order of listed.body.items) keep(order);
      return listed;
    });

  const read = async (orderId: string) => {
    const found = await doors.ask({ part: 'restaurant', path: `/api/v1/orders/${orderId}` }, orderReply);
    if (found.kind === 'answered') keep(found.body.order);
    else isBehind = true;
  };

  const take = (push: OrderPush) => {
    const { orderId } = push.payload;
    const order = known.value.find(({ _id }) => _id === orderId);
    if (push.event === 'order:new') said.value = `New order ${shortId(orderId)}.`;
    if (!order) {
      if (push.event === 'order:new') keep({ ...push.payload.order, seq: push.payload.seq });
      else void read(orderId);
      return;
    }
    const followed = followOrder(order, push);
    if (followed.kind === 'missed') void read(orderId);
    if (followed.kind !== 'applied') return;
    keep(followed.order);
    if (push.event !== 'order:new') said.value = `Order ${shortId(orderId)}: ${STATUS_WORDS[followed.order.status]}.`;
  };

  link.onConnect(() => void load());
  link.hear('order:new', pushes['order:new'], (payload) => take({ event: 'order:new', payload }));
  link.hear('order:update', pushes['order:update'], (payload) => take({ event: 'order:update', payload }));
  link.hear('order:rider_assigned', pushes['order:rider_assigned'], (payload) =>
    take({ event: 'order:rider_assigned', payload }),
  );

  return {
    errand,
    link,
    restaurant,
    // A kitchen hears nothing of what nobody has paid.
    orders: computed(() => known.value.filter(({ paymentStatus }) => paymentStatus !== 'pending')),
    said,
    load,
    catchUp: async () => {
      if (isBehind) await load();
    },
    setOpen: (isOpen) =>
      errand.press(async () => {
        const path = `/api/v1/restaurants/${restaurant.value?._id}`;
        const changed = await doors.ask(
          { part: 'restaurant', path, method: 'PATCH', body: { isOpen } },
          restaurantReply,
        );
        if (changed.kind === 'answered') restaurant.value = changed.body.restaurant;
        return changed;
      }),
    command: ({ _id }, verb, detail) =>
      errand.press(async () => {
        const path = `/api/v1/orders/${_id}/${verb}`;
        const body = bodyOf(verb, detail);
        const answer = await doors.ask({ part: 'restaurant', path, method: 'POST', body }, orderReply);
        if (answer.kind === 'answered') keep(answer.body.order);
        // Somebody else was quicker: see what the order is now.
        else if (answer.kind === 'refused') await read(_id);
        return answer;
      }),
  };
};

const bodyOf = (verb: KitchenVerb, { prepMinutes, reason }: VerbDetail): object => {
  switch (verb) {
    case 'accept':
      return { prepMinutes };
    case 'reject':
      return { reason };
    case 'cancel':
      return reason.trim() === '' ? {} : { reason };
    case 'prepare':
    case 'ready':
      return {};
  }
};
