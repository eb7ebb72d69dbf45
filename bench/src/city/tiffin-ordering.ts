import type { PushBoard } from '../load/push-board.ts';
import { doorstep } from './map.ts';
import { type Order, type Ordering, PUSH_PATIENCE_MS, StepFailed } from './ordering.ts';
import { type Caller, type People, textAt } from './people.ts';

export type Kitchen = { readonly owner: string; readonly restaurantId: string; readonly itemId: string };
export type Urls = Readonly<Record<'restaurant' | 'rider' | 'realtime' | 'utils' | 'razorpay', string>>;

/** The second half of an order's life, which the stand-in does not reach. */
export type Delivering = {
  prepare(order: Order): Promise<void>;
  /** Whether this rider got the job; somebody else may have been quicker, or the rider just became busy. */
  take(order: Order, rider: string): Promise<boolean>;
  pickUp(order: Order, rider: string): Promise<void>;
  deliver(order: Order, rider: string): Promise<void>;
  /** Resolves when the kitchen hears that the order has arrived. */
  heardDelivered(order: Order): Promise<void>;
  /** When the rider service began to look for a rider, in milliseconds since 1970. */
  searchBegan(order: Order): Promise<number>;
};

const CUSTOMERS = 997;
const CONFLICT = 409;
const GONE = 410;

/** An order through Tiffin's public doors, as the apps of its people use them. */
export const createTiffinOrdering = ({
  urls,
  kitchens,
  people,
  ask,
  board,
}: {
  urls: Urls;
  kitchens: readonly Kitchen[];
  people: People;
  ask: Caller;
  board: PushBoard;
}): Ordering & Delivering => {
  const orders = `${urls.restaurant}/api/v1/orders`;
  const deliveries = `${urls.rider}/api/v1/deliveries`;

  const kitchenOf = (number: number): Kitchen => {
    const kitchen = kitchens[number % kitchens.length];
    if (!kitchen) throw new Error('the city has no kitchen');
    return kitchen;
  };
  const cook = async (order: Order, verb: 'accept' | 'prepare' | 'ready', body: object = {}) => {
    await ask(
      verb,
      200,
      'POST',
      `${orders}/${order.id}/${verb}`,
      people('restaurant', kitchenOf(order.kitchen).owner),
      body,
    );
  };
  const drive = async (order: Order, rider: string, verb: 'pick-up' | 'deliver') => {
    await ask(verb, 200, 'POST', `${deliveries}/${order.id}/${verb}`, people('rider', rider), {});
  };
  const hear = async (what: string, order: Order) => {
    if (!(await board.take(`${what} ${order.id}`, PUSH_PATIENCE_MS))) throw new StepFailed(`nobody heard ${what}`);
  };

  return {
    place: async (number) => {
      const kitchen = kitchenOf(number);
      const customer = `bench-customer-${number % CUSTOMERS}`;
      const reply = await ask('place', 201, 'POST', orders, people('customer', customer), {
        restaurantId: kitchen.restaurantId,
        items: [{ itemId: kitchen.itemId, quantity: 2 }],
        deliveryAddress: {
          formattedAddress: '12 MG Road, Shivaji Nagar, Bengaluru',
          phone: '+91 98450 12345',
          location: doorstep(number % kitchens.length, number),
        },
      });
      return { id: textAt(reply, 'order', '_id'), kitchen: number % kitchens.length, customer };
    },
    pay: async ({ id, customer }) => {
      const url = `${urls.utils}/api/v1/payments`;
      const started = await ask('start payment', 200, 'POST', url, people('customer', customer), { orderId: id });
      await ask('pay', 200, 'POST', `${urls.razorpay}/_control/pay`, undefined, {
        orderId: textAt(started, 'razorpayOrderId'),
        outcome: 'captured',
      });
    },
    heardByKitchen: (order) => hear('order:new', order),
    accept: (order) => cook(order, 'accept', { prepMinutes: 10 }),
    prepare: (order) => cook(order, 'prepare'),
    ready: (order) => cook(order, 'ready'),
    offered: (order) => board.take(`order:available ${order.id}`, PUSH_PATIENCE_MS),
    take: async (order, rider) => {
      try {
        await ask('accept', 200, 'POST', `${deliveries}/${order.id}/accept`, people('rider', rider), {});
        return true;
      } catch (error) {
        const refused =
          error instanceof StepFailed && [CONFLICT, GONE].some((status) => error.message.includes(` ${status}:`));
        if (refused) return false;
        throw error;
      }
    },
    pickUp: (order, rider) => drive(order, rider, 'pick-up'),
    deliver: (order, rider) => drive(order, rider, 'deliver'),
    heardDelivered: (order) => hear('delivered', order),
    searchBegan: async ({ id }) => {
      const url = `${deliveries}/${id}/decisions`;
      return Date.parse(
        textAt(await ask('decisions', 200, 'GET', url, people('admin', 'bench-admin')), 'items', '0', 'at'),
      );
    },
    forget: ({ id }) => board.forget(`order:new ${id}`, `order:available ${id}`, `delivered ${id}`),
  };
};

/** Pins up the pushes these orders wait for, under the names used above. */
export const pinTiffinPushes =
  (board: PushBoard, by: string) =>
  (name: string, payload: Record<string, unknown>): void => {
    if (name === 'order:new' || name === 'order:available') board.note(`${name} ${payload.orderId}`, by);
    else if (name === 'order:update' && payload.status === 'delivered') board.note(`delivered ${payload.orderId}`, by);
  };
