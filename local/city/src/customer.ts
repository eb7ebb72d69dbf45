import { type OrderView, orderEvents, orderReply } from '@tiffin/contracts/order-api';
import { checkout } from '@tiffin/contracts/payment-api';
import { pushes } from '@tiffin/contracts/pushes';
import * as z from 'zod';
import type { Doors, Visitor } from './doors.ts';
import type { OpenKitchen } from './kitchen.ts';
import type { Ledger } from './ledger.ts';
import type { Pace } from './pace.ts';
import type { Random } from './random.ts';
import { crossingNear, toPoint } from './street-grid.ts';

const REACH_M = 600;
const ENDS: readonly string[] = ['delivered', 'cancelled', 'rejected', 'expired'];
/** The push is what people see; now and then they also pull the screen down. */
const LOOK_EVERY_S = 15;

/** A customer who orders once, pays (most do), follows the order to its end and then reads its whole history. */
export const runCustomer = async ({
  number,
  kitchen,
  doors,
  ledger,
  pace,
  random,
}: {
  number: number;
  kitchen: OpenKitchen;
  doors: Doors;
  ledger: Ledger;
  pace: Pace;
  random: Random;
}): Promise<void> => {
  const customer = doors.visitor('customer', `city-customer-${Date.now()}-${number}`, `Customer ${number + 1}`);
  const order = await placeOrder(customer, kitchen, number, random);
  if (!order) return;
  const { _id: id } = order;
  ledger.ordered(id);

  let ended = false;
  const socket = customer.listen();
  const hear = (payload: unknown) => {
    const update = pushes['order:update'].safeParse(payload);
    if (!update.success || update.data.orderId !== id) return;
    ledger.is(id, update.data.status);
    ended ||= ENDS.includes(update.data.status);
  };
  socket.on('order:update', hear);
  socket.on('order:rider_assigned', () => ledger.is(id, 'rider_assigned'));

  await pace.wait(random.between(1, 4));
  if (random.unit() < 0.03) await customer.insist('POST', 'restaurant', `/api/v1/orders/${id}/cancel`, orderReply, {});
  else await pay(customer, id);

  while (!ended) {
    await pace.wait(LOOK_EVERY_S);
    const seen = await customer.insist('GET', 'restaurant', `/api/v1/orders/${id}`, orderReply);
    if (seen.kind === 'refused') return ledger.lost(id);
    if (seen.kind !== 'answered') return;
    ledger.is(id, seen.body.order.status);
    ended ||= ENDS.includes(seen.body.order.status);
  }
  socket.close();
  await audit(customer, id, ledger);
};

const placeOrder = async (
  customer: Visitor,
  kitchen: OpenKitchen,
  number: number,
  random: Random,
): Promise<OrderView | undefined> => {
  const home = crossingNear(kitchen.at, REACH_M, random);
  const [first, ...more] = kitchen.menu;
  if (!first) return undefined;
  const dish = random.pick([first, ...more]);
  const placed = await customer.insist(
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
  return placed.kind === 'answered' ? placed.body.order : undefined;
};

const pay = async (customer: Visitor, orderId: string) => {
  const started = await customer.insist('POST', 'utils', '/api/v1/payments', checkout, { orderId });
  if (started.kind !== 'answered') return;
  // The bank's side of the checkout page: the customer pays there, and the gateway tells the shop by itself.
  const wish = { orderId: started.body.razorpayOrderId, outcome: 'captured', method: 'upi' };
  await customer.insist('POST', 'razorpay', '/_control/pay', z.unknown(), wish);
};

/** Nothing lost: the history of an order that has ended begins at 1 and has no gap. */
const audit = async (customer: Visitor, id: string, ledger: Ledger) => {
  const history = await customer.insist('GET', 'restaurant', `/api/v1/orders/${id}/events`, orderEvents);
  if (history.kind !== 'answered') return;
  const whole = history.body.items.every(({ seq }, index) => seq === index + 1);
  if (whole) ledger.complete(id);
  else ledger.lost(id);
};
