import { type RunningStack, startStack } from '@tiffin/testing/running-stack';
import { createHttpClient } from '../load/http-client.ts';
import { inParallel } from '../load/in-parallel.ts';
import { type LiveSocket, openLiveSocket } from '../load/live-socket.ts';
import { createPushBoard } from '../load/push-board.ts';
import { copyRider } from './copied-riders.ts';
import { KITCHENS, kitchenPlace, seededRandom, somewhere, waitingPlace } from './map.ts';
import type { Ordering } from './ordering.ts';
import { createCaller, createPeople, textAt } from './people.ts';
import { createTiffinOrdering, type Delivering, type Kitchen, pinTiffinPushes } from './tiffin-ordering.ts';

/** Riders with an open app around each kitchen: more than are ever needed at once, so that nobody far away is asked. */
const WAITING_RIDERS = 20;
const WIDTH = 32;

/** What the riders' positions and offers outlive: a measurement is not an evening. */
const ENVIRONMENT = {
  RATE_LIMIT_RPS: '100000',
  POSITION_FRESH_S: '600',
  OFFER_TTL_S: '600',
  ACCEPT_WINDOW_S: '3600',
  PAYMENT_WINDOW_S: '3600',
};

export type TiffinCity = {
  readonly stack: RunningStack;
  readonly ordering: Ordering & Delivering;
  /** Every waiting rider says where he is, so that all can be asked for the next ten minutes. */
  refreshRiders(): Promise<void>;
  close(): Promise<void>;
};

/** A stack of its own with kitchens, riders on duty and their sockets, all made through the public doors. */
export const openTiffinCity = async (
  riders: number,
  brokerUrl: string,
  say: (text: string) => void,
): Promise<TiffinCity> => {
  say('starting the stack');
  const stack = await startStack({ env: { ...ENVIRONMENT, RABBITMQ_URL: brokerUrl } });
  const { urls, secrets } = stack.file();
  const http = createHttpClient({ sockets: WIDTH });
  const people = createPeople(secrets.JWT_SECRET);
  const ask = createCaller(http);
  const board = createPushBoard();
  const sockets: LiveSocket[] = [];

  const openKitchen = async (number: number): Promise<Kitchen> => {
    const owner = `bench-owner-${number}`;
    const token = people('restaurant', owner);
    const restaurants = `${urls.restaurant}/api/v1/restaurants`;
    const made = await ask('open kitchen', 201, 'POST', restaurants, token, {
      name: `Dosa House ${number}`,
      phone: '+91 80 4000 1234',
      formattedAddress: `${number + 1} Church Street, Ashok Nagar, Bengaluru`,
      location: kitchenPlace(number),
    });
    const restaurantId = textAt(made, 'restaurant', '_id');
    const dish = { name: 'Masala dosa', pricePaise: 15_000 };
    const item = await ask('add a dish', 201, 'POST', `${restaurants}/${restaurantId}/items`, token, dish);
    await ask('open', 200, 'PATCH', `${restaurants}/${restaurantId}`, token, { isOpen: true });
    sockets.push(await openLiveSocket(urls.realtime, token, pinTiffinPushes(board, owner)));
    return { owner, restaurantId, itemId: textAt(item, 'item', '_id') };
  };

  const waiting = Array.from({ length: KITCHENS * WAITING_RIDERS }, (_, number) => ({
    sub: `bench-rider-${number}`,
    at: waitingPlace(number % KITCHENS, Math.floor(number / KITCHENS)),
  }));
  const random = seededRandom(7);
  const others = Array.from({ length: Math.max(0, riders - waiting.length) }, () => somewhere(random));

  const putOnDuty = async ({ sub, at }: (typeof waiting)[number], number: number): Promise<void> => {
    const token = people('rider', sub);
    const door = `${urls.rider}/api/v1/riders`;
    const registered = await ask('register', 201, 'POST', door, token, {
      name: `Rider ${sub}`,
      phone: '+91 98860 54321',
      vehicle: 'scooter',
      licenceNumber: `KA01 2026${String(number).padStart(6, '0')}`,
    });
    const id = textAt(registered, 'rider', '_id');
    await ask('verify', 200, 'PUT', `${door}/${id}/verification`, people('admin', 'bench-admin'), { isVerified: true });
    await ask('go on duty', 200, 'PUT', `${door}/me/availability`, token, { isAvailable: true, location: at });
    sockets.push(await openLiveSocket(urls.realtime, token, pinTiffinPushes(board, sub)));
  };

  const close = async () => {
    for (const socket of sockets) socket.close();
    http.close();
    await stack.dispose();
  };

  try {
    say(`opening ${KITCHENS} kitchens and putting ${riders} riders on duty`);
    const kitchens = await inParallel(
      Array.from({ length: KITCHENS }, (_, number) => number),
      WIDTH,
      openKitchen,
    );
    await inParallel(waiting, WIDTH, putOnDuty);
    await copyRider(stack.file().infrastructure.mongodb.url, 'bench-rider-0', others);
    let fixes = 0;
    return {
      stack,
      ordering: createTiffinOrdering({ urls, kitchens, people, ask, board }),
      refreshRiders: async () => {
        fixes += 1;
        await inParallel(waiting, WIDTH, async ({ sub, at }) => {
          const point = { seq: fixes, at: new Date().toISOString(), location: at, accuracyM: 8 };
          await ask('report', 200, 'POST', `${urls.rider}/api/v1/riders/me/locations`, people('rider', sub), {
            points: [point],
          });
        });
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};
