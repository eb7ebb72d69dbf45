import type { OrderId } from '@tiffin/contracts/ids';
import { type OrderStatus, orderEvents, orderList, orderReply } from '@tiffin/contracts/order-api';
import { checkout } from '@tiffin/contracts/payment-api';
import { pushes } from '@tiffin/contracts/pushes';
import * as z from 'zod';
import type { Answer, Doors, Visitor } from './doors.ts';
import type { OpenKitchen } from './kitchen.ts';
import { ENDS, type Ledger, type Unfinished } from './ledger.ts';
import type { Pace } from './pace.ts';
import type { Random } from './random.ts';
import { crossingNear, type Spot, toPoint } from './street-grid.ts';
import type { Witness } from './witness.ts';

/** The push is what people see; now and then they also pull the screen down. */
const LOOK_EVERY_S = 15;

/** Which share of the customers thinks better of it. */
export type Whims = {
  /** Cancels instead of paying. */
  readonly unpaid: number;
  /** Pays, and cancels before the kitchen has answered, or tries to. */
  readonly paid: number;
};

type City = { readonly doors: Doors; readonly ledger: Ledger; readonly pace: Pace };

/** A customer who orders once, pays (most do), follows the order to its end and then reads its whole history. */
export const runCustomer = async ({
  number,
  kitchen,
  random,
  name,
  whims,
  reachM,
  witness,
  ...city
}: City & {
  number: number;
  kitchen: OpenKitchen;
  random: Random;
  name: string;
  whims: Whims;
  /** How far from the kitchen customers live, along either street. */
  reachM: number;
  witness?: Witness | undefined;
}): Promise<void> => {
  const { doors, ledger, pace } = city;
  const customer = doors.visitor('customer', `${name}-customer-${Date.now()}-${number}`, `Customer ${number + 1}`);
  ledger.setOut(customer.sub);
  const placed = await placeOrder(customer, kitchen, number, crossingNear(kitchen.at, reachM, random), random);
  if (placed.kind === 'refused') ledger.turnedAway(customer.sub);
  if (placed.kind !== 'answered') return;
  const { _id: id } = placed.body.order;
  ledger.ordered(customer.sub, id);
  const watch = watchOrder(customer, id, ledger);
  await pace.wait(random.between(1, 4));
  const whim = random.unit();
  if (whim < whims.unpaid) await cancel(customer, id, ledger);
  else if (await pay(customer, id)) {
    witness?.paid(id);
    if (whim < whims.unpaid + whims.paid) {
      await pace.wait(random.between(0, 2));
      await cancel(customer, id, ledger);
    }
  }
  await seeThrough(watch, customer, id, city);
};

/** Goes on for a customer of an earlier run: finds the order, pays where that was not done, and follows it to its end. */
export const resumeCustomer = async (
  { customer: sub, orderId }: Unfinished,
  { doors, ledger, pace }: City,
): Promise<void> => {
  const customer = doors.visitor('customer', sub, 'A customer of an earlier run');
  const id = orderId ?? (await findOrder(customer, ledger));
  if (id === undefined) return;
  const watch = watchOrder(customer, id, ledger);
  if ((await watch.look()) === 'pending_payment') await pay(customer, id);
  await seeThrough(watch, customer, id, { doors, ledger, pace });
};

/** The order whose answer nobody heard; undefined when it never arrived, and when the city closes. */
const findOrder = async (customer: Visitor, ledger: Ledger): Promise<OrderId | undefined> => {
  const own = await customer.insist('GET', 'restaurant', '/api/v1/orders', orderList);
  if (own.kind === 'no-answer') return undefined;
  const id = own.kind === 'answered' ? own.body.items[0]?._id : undefined;
  if (id === undefined) ledger.turnedAway(customer.sub);
  else ledger.ordered(customer.sub, id);
  return id;
};

type Watch = {
  /** Reads the order; undefined when it is not there any more, and when the city closes. */
  look(): Promise<OrderStatus | undefined>;
  state(): 'under way' | 'ended' | 'lost';
  close(): void;
};

/** Follows an order by its pushes, and tells the ledger whatever is heard or read of it. */
const watchOrder = (customer: Visitor, id: OrderId, ledger: Ledger): Watch => {
  let state: ReturnType<Watch['state']> = 'under way';
  const saw = (status: OrderStatus) => {
    ledger.is(id, status);
    if (ENDS.has(status)) state = 'ended';
  };
  const close = customer.listen({
    'order:update': (payload) => {
      const update = pushes['order:update'].safeParse(payload);
      if (update.success && update.data.orderId === id) saw(update.data.status);
    },
    'order:rider_assigned': () => saw('rider_assigned'),
  });
  return {
    look: async () => {
      const seen = await customer.insist('GET', 'restaurant', `/api/v1/orders/${id}`, orderReply);
      if (seen.kind === 'answered') {
        saw(seen.body.order.status);
        return seen.body.order.status;
      }
      if (seen.kind === 'refused') {
        ledger.lost(id);
        state = 'lost';
      }
      return undefined;
    },
    state: () => state,
    close,
  };
};

const seeThrough = async (watch: Watch, customer: Visitor, id: OrderId, { ledger, pace }: City): Promise<void> => {
  while (watch.state() === 'under way') {
    await pace.unhurried(LOOK_EVERY_S);
    if (watch.state() === 'under way') await watch.look();
  }
  watch.close();
  if (watch.state() === 'ended') await audit(customer, id, ledger);
};

const placeOrder = async (
  customer: Visitor,
  kitchen: OpenKitchen,
  number: number,
  home: Spot,
  random: Random,
): Promise<Answer<z.infer<typeof orderReply>>> => {
  const dish = random.pick(kitchen.menu);
  return await customer.insist(
    'POST',
    'restaurant',
    '/api/v1/orders',
    orderReply,
    {
      restaurantId: kitchen.restaurantId,
      items: [{ itemId: dish._id, quantity: 1 + random.index(3) }],
      deliveryAddress: {
        formattedAddress: `Crossing ${home.eastM}/${home.northM}, Shivaji Nagar, Bengaluru`,
        phone: '+91 98450 12345',
        location: toPoint(home),
      },
    },
    // Insisting after a lost answer must not order twice.
    { 'idempotency-key': `city-${customer.sub}-${number}` },
  );
};

const cancel = async (customer: Visitor, id: OrderId, ledger: Ledger) => {
  ledger.changedMind(id);
  await customer.insist('POST', 'restaurant', `/api/v1/orders/${id}/cancel`, orderReply, {});
};

/** True when the bank took the money, as far as this customer heard. */
const pay = async (customer: Visitor, orderId: OrderId): Promise<boolean> => {
  const started = await customer.insist('POST', 'utils', '/api/v1/payments', checkout, { orderId });
  if (started.kind !== 'answered') return false;
  // The bank's side of the checkout page: the customer pays there, and the gateway tells the shop by itself.
  const wish = { orderId: started.body.razorpayOrderId, outcome: 'captured', method: 'upi' };
  const taken = await customer.insist('POST', 'razorpay', '/_control/pay', z.unknown(), wish);
  return taken.kind === 'answered';
};

/** Nothing lost: the history of an order that has ended begins at 1 and has no gap. */
const audit = async (customer: Visitor, id: OrderId, ledger: Ledger) => {
  const history = await customer.insist('GET', 'restaurant', `/api/v1/orders/${id}/events`, orderEvents);
  if (history.kind === 'no-answer') return;
  const whole =
    history.kind === 'answered' &&
    history.body.items.length > 0 &&
    history.body.items.every(({ seq }, index) => seq === index + 1);
  if (whole) ledger.complete(id);
  else ledger.lost(id);
};
