import { randomUUID } from 'node:crypto';
import { orderReply } from '@tiffin/contracts/order-api';
import { checkout } from '@tiffin/contracts/payment-api';
import type { Actors, Answer, Person } from './actors.ts';
import { place } from './actors.ts';

/** What became of one order, as its own people saw it. */
export type Finished = { readonly id: string; readonly customer: Person; readonly acceptedBy: Person };

const PATIENCE_MS = 90_000;
const PAUSE_MS = 60;
const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS + Math.random() * PAUSE_MS));

/** Asks until the answer fits: services may be down, starting or restarted in between, as a real app finds them. */
const insist = async <Result>(what: string, ask: () => Promise<Result | undefined>): Promise<Result> => {
  const deadline = Date.now() + PATIENCE_MS;
  let last = 'no answer';
  while (Date.now() < deadline) {
    try {
      const result = await ask();
      if (result !== undefined) return result;
      last = 'an answer that did not fit';
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await pause();
  }
  throw new Error(`gave up on ${what}: ${last}`);
};

const serverFault = ({ status }: Answer) => status >= 500 || status === 429;

/**
 * A few people who order, cook and carry at once, and who insist as apps do: every step is repeated until it is answered, whatever is down.
 * Each order is carried by whichever rider is offered it first.
 */
export const createCrowd = async (
  city: () => Actors,
  { riders, kitchens = 1 }: { riders: number; kitchens?: number },
) => {
  const staff = await Promise.all(Array.from({ length: kitchens }, () => city().openKitchen()));
  const fleet: Person[] = [];
  for (let index = 0; index < riders; index += 1) {
    fleet.push((await city().riderOnDuty(place(100 + index * 5, index * 3))).rider);
  }

  const runOrder = async (number: number): Promise<Finished> => {
    const kitchen = staff[number % staff.length];
    if (!kitchen) throw new Error('no kitchen');
    const customer = city().person('customer');
    const key = randomUUID();
    const id = await insist('ordering', async () => {
      const answer = await city().call(
        customer,
        'POST',
        city().api('restaurant', '/orders'),
        {
          restaurantId: kitchen.restaurant._id,
          items: [{ itemId: kitchen.item._id, quantity: 1 }],
          deliveryAddress: {
            formattedAddress: '7 Residency Road, Bengaluru',
            phone: '+91 98450 12345',
            location: place(900, 400),
          },
        },
        { 'idempotency-key': key },
      );
      return answer.status === 201 ? orderReply.parse(answer.body).order._id : undefined;
    });
    const { razorpayOrderId } = await insist('starting the payment', async () => {
      const answer = await city().call(customer, 'POST', city().api('utils', '/payments'), { orderId: id });
      return answer.status === 200 ? checkout.parse(answer.body) : undefined;
    });
    await insist('paying', async () => {
      const url = city().api('razorpay', '').replace('/api/v1', '/_control/pay');
      const answer = await city().call(undefined, 'POST', url, { orderId: razorpayOrderId, outcome: 'captured' });
      // Refused as paid already: the first try's answer was lost on the way.
      return answer.status === 200 || answer.status === 400 ? true : undefined;
    });
    await insist(
      'the order to be placed',
      async () => (await city().order(customer, id)).status === 'placed' || undefined,
    );
    for (const [verb, body] of [
      ['accept', { prepMinutes: 10 }],
      ['prepare', {}],
      ['ready', {}],
    ] as const) {
      await insist(verb, async () => {
        const answer = await city().kitchen(kitchen.owner, id, verb, body);
        if (answer.status === 200) return true;
        // A repeat whose first answer was lost finds the order farther on.
        return answer.status === 409 ? true : undefined;
      });
    }
    const acceptedBy = await insist('a rider to accept', async () => {
      for (const rider of fleet) {
        const answer = await city().trip(rider, id, 'accept');
        if (answer.status === 200) return rider;
        if (serverFault(answer)) return undefined;
      }
      return undefined;
    });
    for (const verb of ['pick-up', 'deliver'] as const) {
      await insist(verb, async () => (await city().trip(acceptedBy, id, verb)).status === 200 || undefined);
    }
    await insist(
      'the order to be delivered',
      async () => (await city().order(customer, id)).status === 'delivered' || undefined,
    );
    return { id, customer, acceptedBy };
  };

  return { runOrder, fleet };
};
