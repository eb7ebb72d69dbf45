import { doorstep, KITCHENS, kitchenPlace, waitingPlace } from '../city/map.ts';
import { type Ordering, PUSH_PATIENCE_MS, StepFailed } from '../city/ordering.ts';
import { createCaller, createPeople, textAt } from '../city/people.ts';
import { createHttpClient } from '../load/http-client.ts';
import { inParallel } from '../load/in-parallel.ts';
import { type LiveSocket, openLiveSocket } from '../load/live-socket.ts';
import { createPushBoard } from '../load/push-board.ts';
import { peerSignature } from './payments.ts';
import { type RunningPeer, startPeer } from './start-peer.ts';

/** The stand-in tells every rider within 500 m, one HTTP call each: ten are few. */
const RIDERS_A_KITCHEN = 10;
const WIDTH = 32;
const CUSTOMERS = 997;

export type PeerCity = { readonly peer: RunningPeer; readonly ordering: Ordering; close(): Promise<void> };

/** The same town as Tiffin's, on the stand-in: kitchens, and ten riders around each, with open sockets. */
export const openPeerCity = async (brokerUrl: string, say: (text: string) => void): Promise<PeerCity> => {
  say('starting the stand-in');
  const peer = await startPeer(brokerUrl);
  const { restaurant, payments, rider, realtime } = peer.urls;
  const http = createHttpClient({ sockets: WIDTH });
  const people = createPeople(peer.jwtSecret);
  const ask = createCaller(http);
  const board = createPushBoard();
  const sockets: LiveSocket[] = [];
  const listen = async (token: string, by: string) => {
    sockets.push(await openLiveSocket(realtime, token, (name, { orderId }) => board.note(`${name} ${orderId}`, by)));
  };
  const close = async () => {
    for (const socket of sockets) socket.close();
    http.close();
    await peer.stop();
  };

  const openKitchen = async (number: number) => {
    const owner = `peer-owner-${number}`;
    const token = people('restaurant', owner);
    const wish = { name: `Dosa House ${number}`, location: kitchenPlace(number) };
    const made = await ask('open kitchen', 201, 'POST', `${restaurant}/api/restaurant`, token, wish);
    await listen(token, owner);
    for (let turn = 0; turn < RIDERS_A_KITCHEN; turn += 1) {
      const sub = `peer-rider-${number}-${turn}`;
      const location = waitingPlace(number, turn);
      await ask('register', 201, 'POST', `${rider}/api/rider`, people('rider', sub), { location });
      await listen(people('rider', sub), sub);
    }
    return { token, restaurantId: textAt(made, 'restaurant', '_id'), itemId: textAt(made, 'item', '_id') };
  };

  try {
    const numbers = Array.from({ length: KITCHENS }, (_, number) => number);
    const kitchens = await inParallel(numbers, WIDTH, openKitchen);
    const kitchenOf = (number: number) => {
      const kitchen = kitchens[number % kitchens.length];
      if (!kitchen) throw new Error('the stand-in has no kitchen');
      return kitchen;
    };
    const cook = async (order: { id: string; kitchen: number }, status: string) => {
      await ask(status, 200, 'PUT', `${restaurant}/api/order/${order.id}`, kitchenOf(order.kitchen).token, { status });
    };
    return {
      peer,
      close,
      ordering: {
        place: async (number) => {
          const { restaurantId, itemId } = kitchenOf(number);
          const customer = `peer-customer-${number % CUSTOMERS}`;
          const [longitude, latitude] = doorstep(number % kitchens.length, number).coordinates;
          const placed = await ask('place', 201, 'POST', `${restaurant}/api/order`, people('customer', customer), {
            restaurantId,
            items: [{ itemId, quantity: 2 }],
            deliveryAddress: {
              formattedAddress: '12 MG Road, Bengaluru',
              mobile: '+91 98450 12345',
              latitude,
              longitude,
            },
          });
          return { id: textAt(placed, 'orderId'), kitchen: number % kitchens.length, customer };
        },
        pay: async ({ id, customer }) => {
          const token = people('customer', customer);
          const started = await ask('start payment', 200, 'POST', `${payments}/api/payment/create`, token, {
            orderId: id,
          });
          const gatewayOrderId = textAt(started, 'razorpayOrderId');
          const paymentId = `pay_${id.slice(-14)}`;
          await ask('verify', 200, 'POST', `${payments}/api/payment/verify`, token, {
            orderId: id,
            razorpay_order_id: gatewayOrderId,
            razorpay_payment_id: paymentId,
            razorpay_signature: peerSignature(gatewayOrderId, paymentId),
          });
        },
        heardByKitchen: async ({ id }) => {
          if (!(await board.take(`order:new ${id}`, PUSH_PATIENCE_MS))) throw new StepFailed('nobody heard order:new');
        },
        accept: (order) => cook(order, 'accepted'),
        ready: (order) => cook(order, 'ready_for_rider'),
        offered: ({ id }) => board.take(`order:available ${id}`, PUSH_PATIENCE_MS),
        forget: ({ id }) => board.forget(`order:new ${id}`, `order:available ${id}`),
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
};
