import { computed, type ReadonlySignal } from '@preact/signals';
import { createDoors } from '../doors/doors.ts';
import type { Desk } from '../shell/desk.ts';
import { createAppLink } from './app-link.ts';
import { type CustomerApp, createCustomerApp } from './customer-app.ts';
import { createKitchenApp, type KitchenApp } from './kitchen-app.ts';
import { type Advice, nextStep, type Scene } from './next-step.ts';
import { createPasses, type Passes } from './passes.ts';
import { keepPeople, newMark, type PlayRole } from './people.ts';
import { homePlace, kitchenPlace, riderPlace } from './places.ts';
import { isThere } from './ride.ts';
import { createRiderApp, type RiderApp } from './rider-app.ts';

export type Play = {
  readonly passes: Passes;
  readonly customer: CustomerApp;
  readonly kitchen: KitchenApp;
  readonly rider: RiderApp;
  readonly advice: ReadonlySignal<Advice>;
  open(): void;
  close(): void;
};

const VISITED = 'tiffin-play-rider';

/** Three apps of three people, each with their own token at the public doors and their own socket. */
export const createPlay = ({ desk, storage }: { desk: Desk; storage: Storage }): Play => {
  const people = keepPeople(storage, newMark());
  const passes = createPasses({
    doors: desk.doors,
    people,
    renewed: () => {
      for (const { link } of [customer, kitchen, rider]) link.enter();
    },
  });
  const enter = (role: PlayRole) => ({
    doors: createDoors({
      config: desk.config,
      // The checkout page is the gateway's own: whoever pays there shows nobody's token.
      headers: (part) => (part === 'razorpay' ? {} : { authorization: `Bearer ${passes.tokenOf(role)}` }),
    }),
    link: createAppLink({ url: desk.config.services.realtime, token: () => passes.tokenOf(role) }),
  });
  const place = kitchenPlace(people.restaurant);
  const customer = createCustomerApp({ ...enter('customer'), home: homePlace(place) });
  const kitchen = createKitchenApp({ ...enter('restaurant'), place });
  const rider = createRiderApp({
    ...enter('rider'),
    admin: desk.doors,
    start: riderPlace(place),
    licenceNumber: `KA01 ${people.rider.slice(-6)}`,
    visited: {
      has: () => storage.getItem(VISITED) === people.rider,
      note: () => storage.setItem(VISITED, people.rider),
    },
  });
  return {
    passes,
    customer,
    kitchen,
    rider,
    advice: computed(() => nextStep(sceneOf({ customer, kitchen, rider }))),
    open: passes.open,
    close: () => {
      passes.close();
      for (const { link } of [customer, kitchen, rider]) link.close();
    },
  };
};

const sceneOf = ({ customer, kitchen, rider }: Pick<Play, 'customer' | 'kitchen' | 'rider'>): Scene => {
  const { value: order } = customer.order;
  const { value: delivery } = rider.delivery;
  const { value: place } = rider.whereabouts.place;
  return {
    customer: {
      hasCheckout: customer.checkout.value !== undefined,
      ...(order && {
        order: {
          id: order._id,
          status: order.status,
          ...(order.riderName === undefined ? {} : { riderName: order.riderName }),
        },
      }),
    },
    kitchen: { isOpen: kitchen.restaurant.value?.isOpen },
    rider: {
      isAvailable: rider.rider.value?.isAvailable,
      offered: rider.offers.value.map(({ offer }) => offer.orderId),
      ...(delivery && { delivery: { orderId: delivery.orderId, status: delivery.status } }),
      isRiding: rider.whereabouts.goal.value !== undefined,
      isAtKitchen: delivery !== undefined && isThere(place, delivery.pickup),
      isAtDoor: delivery?.dropoff !== undefined && isThere(place, delivery.dropoff),
    },
  };
};
