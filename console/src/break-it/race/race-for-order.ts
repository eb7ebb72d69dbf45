import type { ConsoleConfig } from '@tiffin/contracts/console-api';
import { orderEvents, orderReply } from '@tiffin/contracts/order-api';
import { checkout } from '@tiffin/contracts/payment-api';
import { itemReply, restaurantReply } from '@tiffin/contracts/restaurant-api';
import { deliveryReply, riderReply } from '@tiffin/contracts/rider-api';
import * as z from 'zod';
import type { Doors } from '../../doors/doors.ts';
import { pause } from '../pause.ts';
import { makePeople, type Person, RaceOff } from './person.ts';
import { nearKitchen, somewhereNear } from './race-ground.ts';
import { type Tally, type Tap, tally, WON } from './taps.ts';

const RIDERS = 50;
/** An admin may ask twenty times a second. */
const VERIFIED_PER_S = 14;
const TAP_EVERY_MS = 500;
const NOBODY_AFTER_MS = 60_000;
const PLACED_AFTER_MS = 90_000;
const LOOK_EVERY_MS = 250;

export type RaceResult = Tally & {
  readonly orderId: string;
  readonly taps: number;
  readonly rounds: number;
  /** The riders the order's own history names, one for each ORDER_RIDER_ASSIGNED. */
  readonly assigned: readonly string[];
};

/** Something that comes true by the work of several services; the race is off when it does not. */
const until = async <Found>(what: string, limitMs: number, look: () => Promise<Found | undefined>): Promise<Found> => {
  const endMs = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > endMs) throw new RaceOff(`${what} did not happen within ${limitMs / 1_000} s`);
    await pause(LOOK_EVERY_MS);
  }
};

const signUp = async (rider: Person, number: number): Promise<string> => {
  const body = {
    name: rider.name,
    phone: `+91 98860 ${String(30_000 + number)}`,
    vehicle: 'scooter',
    licenceNumber: `KA05 2026${String(number).padStart(4, '0')}`,
  };
  // When the first answer was lost, the second says that the rider exists.
  await rider.ask({ part: 'rider', path: '/api/v1/riders', method: 'POST', body }, riderReply);
  const known = await rider.insist({ part: 'rider', path: '/api/v1/riders/me' }, riderReply);
  return known.rider._id;
};

const verifyAll = async (admin: Person, ids: readonly string[]): Promise<void> => {
  const asked: Promise<unknown>[] = [];
  for (const id of ids) {
    const path = `/api/v1/riders/${id}/verification`;
    asked.push(admin.insist({ part: 'rider', path, method: 'PUT', body: { isVerified: true } }, riderReply));
    await pause(1_000 / VERIFIED_PER_S);
  }
  await Promise.all(asked);
};

const setOnDuty = (rider: Person, isAvailable: boolean): Promise<unknown> => {
  const body = isAvailable ? { isAvailable, location: somewhereNear() } : { isAvailable };
  return rider.insist({ part: 'rider', path: '/api/v1/riders/me/availability', method: 'PUT', body }, riderReply);
};

/** A kitchen of the race's own, with one dish. */
const openKitchen = async (owner: Person) => {
  const made = await owner.insist(
    {
      part: 'restaurant',
      path: '/api/v1/restaurants',
      method: 'POST',
      body: {
        name: owner.name,
        phone: '+91 80 4000 5050',
        formattedAddress: '50 Hennur Main Road, Bengaluru',
        location: nearKitchen(0, 0),
      },
    },
    restaurantReply,
  );
  const restaurantId = made.restaurant._id;
  const path = `/api/v1/restaurants/${restaurantId}`;
  const dish = { name: 'Race day thali', pricePaise: 19_900 };
  const { item } = await owner.insist(
    { part: 'restaurant', path: `${path}/items`, method: 'POST', body: dish },
    itemReply,
  );
  const setOpen = (isOpen: boolean) =>
    owner.insist({ part: 'restaurant', path, method: 'PATCH', body: { isOpen } }, restaurantReply);
  await setOpen(true);
  return { restaurantId, itemId: item._id, close: () => setOpen(false) };
};

type Kitchen = Awaited<ReturnType<typeof openKitchen>>;

const placedOrder = async (customer: Person, { restaurantId, itemId }: Kitchen): Promise<string> => {
  const body = {
    restaurantId,
    items: [{ itemId, quantity: 2 }],
    deliveryAddress: {
      formattedAddress: '7 Race Course Road, Bengaluru',
      phone: '+91 98450 50505',
      location: nearKitchen(900, 400),
    },
  };
  const headers = { 'idempotency-key': crypto.randomUUID() };
  const made = await customer.insist(
    { part: 'restaurant', path: '/api/v1/orders', method: 'POST', body, headers },
    orderReply,
  );
  const orderId = made.order._id;
  const { razorpayOrderId } = await customer.insist(
    { part: 'utils', path: '/api/v1/payments', method: 'POST', body: { orderId } },
    checkout,
  );
  await customer.insist(
    { part: 'razorpay', path: '/_control/pay', method: 'POST', body: { orderId: razorpayOrderId } },
    z.object({ razorpay_payment_id: z.string() }),
  );
  await until('the kitchen hearing of the payment', PLACED_AFTER_MS, async () =>
    (await statusOf(customer, orderId)) === 'placed' ? true : undefined,
  );
  return orderId;
};

const statusOf = async (who: Person, orderId: string): Promise<string> =>
  (await who.insist({ part: 'restaurant', path: `/api/v1/orders/${orderId}` }, orderReply)).order.status;

const cook = (owner: Person, orderId: string, verb: 'accept' | 'ready', body: object) =>
  owner.insist({ part: 'restaurant', path: `/api/v1/orders/${orderId}/${verb}`, method: 'POST', body }, orderReply);

const tap = async (rider: Person, orderId: string): Promise<Tap> => {
  const path = `/api/v1/deliveries/${orderId}/accept`;
  const answer = await rider.once({ part: 'rider', path, method: 'POST', body: {} }, deliveryReply);
  if (answer.kind === 'answered') return { rider: rider.sub, answer: WON };
  return { rider: rider.sub, answer: answer.kind === 'refused' ? answer.code : 'no_answer' };
};

/** All tap at once, again and again until somebody has it, and then each once more. */
const tapAll = async (riders: readonly Person[], orderId: string, tell: (taps: readonly Tap[]) => void) => {
  const taps: Tap[] = [];
  const endMs = Date.now() + NOBODY_AFTER_MS;
  for (let round = 1; ; round += 1) {
    const isDecided = taps.some(({ answer }) => answer === WON);
    taps.push(...(await Promise.all(riders.map((rider) => tap(rider, orderId)))));
    tell(taps);
    if (isDecided) return { taps, rounds: round };
    if (Date.now() > endMs) throw new RaceOff(`nobody had the order after ${NOBODY_AFTER_MS / 1_000} s`);
    await pause(TAP_EVERY_MS);
  }
};

const bringHome = async (winner: Person, customer: Person, orderId: string): Promise<void> => {
  for (const verb of ['pick-up', 'deliver']) {
    const path = `/api/v1/deliveries/${orderId}/${verb}`;
    await winner.insist({ part: 'rider', path, method: 'POST', body: {} }, deliveryReply);
  }
  await until('the delivery', PLACED_AFTER_MS, async () =>
    (await statusOf(customer, orderId)) === 'delivered' ? true : undefined,
  );
};

const assignedRiders = async (customer: Person, orderId: string): Promise<readonly string[]> => {
  const path = `/api/v1/orders/${orderId}/events`;
  const { items } = await customer.insist({ part: 'restaurant', path }, orderEvents);
  const named = z.object({ riderName: z.string() });
  return items
    .filter(({ type }) => type === 'ORDER_RIDER_ASSIGNED')
    .map(({ data }) => named.safeParse(data).data?.riderName ?? 'a rider without a name');
};

/**
 * Fifty people who did not exist before race for one order, all over the public doors: `tell` hears how it goes. Whatever happens, the
 * riders are off duty and the kitchen is closed afterwards. Throws RaceOff when it cannot be run to its end.
 */
export const raceForOrder = async (
  { config, doors }: { config: ConsoleConfig; doors: Doors },
  tell: (words: readonly string[]) => void,
): Promise<RaceResult & { readonly names: ReadonlyMap<string, string> }> => {
  const race = `race-${crypto.randomUUID().slice(0, 8)}`;
  const told: string[] = [];
  const say = (words: string): void => {
    told.push(words);
    tell([...told]);
  };
  const numbers = Array.from({ length: RIDERS }, (_, index) => index + 1);
  const [admin, owner, customer, ...riders] = await makePeople(config, doors, [
    { role: 'admin', sub: `${race}-admin`, name: 'Steward of the race' },
    { role: 'restaurant', sub: `${race}-kitchen`, name: 'Race day kitchen' },
    { role: 'customer', sub: `${race}-customer`, name: 'Customer of the race' },
    ...numbers.map((number) => ({ role: 'rider' as const, sub: `${race}-${number}`, name: `Racer ${number}` })),
  ]);
  if (!admin || !owner || !customer) throw new RaceOff('nobody came');
  const names = new Map(riders.map(({ sub, name }) => [sub, name]));
  const kitchen = await openKitchen(owner);
  try {
    const ids = await Promise.all(riders.map((rider, index) => signUp(rider, index + 1)));
    say(`${ids.length} riders have registered`);
    await verifyAll(admin, ids);
    const orderId = await placedOrder(customer, kitchen);
    await cook(owner, orderId, 'accept', { prepMinutes: 5 });
    say(`order ${orderId} is paid and accepted; all ${riders.length} riders go on duty`);
    // Last: a position is fresh for 30 s only.
    await Promise.all(riders.map((rider) => setOnDuty(rider, true)));
    await cook(owner, orderId, 'ready', {});
    say('the food is ready, everybody taps accept');
    const { taps, rounds } = await tapAll(riders, orderId, (all) => {
      tell([...told, `${all.length} taps`]);
    });
    const result = tally(taps);
    const winner = riders.find(({ sub }) => sub === result.winners[0]);
    if (!winner) throw new RaceOff('nobody won');
    await bringHome(winner, customer, orderId);
    return { ...result, orderId, taps: taps.length, rounds, assigned: await assignedRiders(customer, orderId), names };
  } finally {
    // Those who never came on duty, and whoever still has the order, are refused: as good.
    await Promise.allSettled([...riders.map((rider) => setOnDuty(rider, false)), kitchen.close()]);
  }
};
