import type { OrderId } from '@tiffin/contracts/ids';
import type { OrderStatus } from '@tiffin/contracts/order-api';
import type { DeliveryStatus } from '@tiffin/contracts/rider-api';

/** The way from hunger to a full plate, each step named as its button is. */
export const STEPS = [
  { id: 'place', app: 'Customer', button: 'Place order' },
  { id: 'pay', app: 'Customer', button: 'Pay' },
  { id: 'accept', app: 'Kitchen', button: 'Accept' },
  { id: 'prepare', app: 'Kitchen', button: 'Start preparing' },
  { id: 'ready', app: 'Kitchen', button: 'Ready' },
  { id: 'accept-offer', app: 'Rider', button: 'Accept offer' },
  { id: 'ride-to-kitchen', app: 'Rider', button: 'Ride to the kitchen' },
  { id: 'pick-up', app: 'Rider', button: 'Picked up' },
  { id: 'ride-to-door', app: 'Rider', button: 'Ride to the door' },
  { id: 'deliver', app: 'Rider', button: 'Delivered' },
] as const;
type StepId = (typeof STEPS)[number]['id'];

/** What the guide must know of the three apps. */
export type Scene = {
  readonly customer: {
    readonly order?: { readonly id: OrderId; readonly status: OrderStatus; readonly riderName?: string };
    readonly hasCheckout: boolean;
  };
  readonly kitchen: { readonly isOpen: boolean | undefined };
  readonly rider: {
    readonly isAvailable: boolean | undefined;
    readonly offered: readonly OrderId[];
    readonly delivery?: { readonly orderId: OrderId; readonly status: DeliveryStatus };
    readonly isRiding: boolean;
    readonly isAtKitchen: boolean;
    readonly isAtDoor: boolean;
  };
};

type Hint = {
  /** Undefined when the round is over. */
  readonly step: StepId | undefined;
  readonly words: string;
};
/** `done`: how many of the steps lie behind. */
export type Advice = Hint & { readonly done: number };

/** What to do next, and in which app. */
export const nextStep = (scene: Scene): Advice => {
  const hint = hintFor(scene);
  if (hint.step !== undefined) return { ...hint, done: STEPS.findIndex(({ id }) => id === hint.step) };
  return { ...hint, done: scene.customer.order?.status === 'delivered' ? STEPS.length : 0 };
};

const hintFor = ({ customer, kitchen, rider }: Scene): Hint => {
  const { order } = customer;
  if (!order) {
    if (kitchen.isOpen === undefined) return { step: 'place', words: 'The kitchen is being set up.' };
    if (!kitchen.isOpen)
      return { step: 'place', words: 'The kitchen is closed: press "Open the kitchen" there first.' };
    return { step: 'place', words: 'Choose dishes in the customer app and press "Place order".' };
  }
  switch (order.status) {
    case 'pending_payment':
      return customer.hasCheckout
        ? { step: 'pay', words: 'Press "Pay now" in the checkout.' }
        : { step: 'pay', words: 'The kitchen hears of it once it is paid: press "Pay" in the customer app.' };
    case 'placed':
      return { step: 'accept', words: 'It is paid and stands in the kitchen app: press "Accept".' };
    case 'accepted':
      return { step: 'prepare', words: 'Press "Start preparing" in the kitchen app.' };
    case 'preparing':
      return { step: 'ready', words: 'Press "Ready" in the kitchen app: the search for a rider begins.' };
    case 'ready_for_rider':
      return findRider(order.id, rider);
    case 'rider_assigned':
    case 'picked_up':
      return ride(order, rider);
    case 'delivered':
      return { step: undefined, words: 'Delivered. Press "Order again" in the customer app for another round.' };
    case 'cancelled':
    case 'rejected':
    case 'expired':
      return {
        step: undefined,
        words: `The order was ${order.status}; what was paid goes back. Press "Order again" in the customer app.`,
      };
  }
};

const findRider = (orderId: OrderId, rider: Scene['rider']): Hint => {
  const step = 'accept-offer';
  if (rider.offered.includes(orderId)) return { step, words: 'Press "Accept offer" in the rider app, in time.' };
  if (isUnderWay(rider.delivery)) return { step, words: 'The rider has another delivery: finish it, or give it back.' };
  if (rider.isAvailable === false)
    return { step, words: 'The rider is off duty: press "Go on duty" in the rider app.' };
  return { step, words: 'The search for a rider is on; the offer comes to the rider app in a moment.' };
};

const isUnderWay = (delivery: Scene['rider']['delivery']): boolean =>
  delivery?.status === 'assigned' || delivery?.status === 'picked_up';

const ride = (order: NonNullable<Scene['customer']['order']>, rider: Scene['rider']): Hint => {
  const isToKitchen = order.status === 'rider_assigned';
  if (rider.delivery?.orderId !== order.id) {
    const who = order.riderName ?? 'Another rider';
    return {
      step: isToKitchen ? 'ride-to-kitchen' : 'ride-to-door',
      words: `${who} of the simulated city has the delivery: watch it in the customer app.`,
    };
  }
  // The rider's own answer is here before the order has followed it.
  if (rider.delivery.status === 'delivered') return { step: 'deliver', words: 'Delivered; the order follows.' };
  if (isToKitchen && rider.delivery.status === 'assigned') {
    if (rider.isAtKitchen) return { step: 'pick-up', words: 'The rider is there: press "Picked up".' };
    if (rider.isRiding) return { step: 'ride-to-kitchen', words: 'The rider is on the way to the kitchen.' };
    return { step: 'ride-to-kitchen', words: 'Press "Ride to the kitchen" in the rider app.' };
  }
  if (rider.isAtDoor) return { step: 'deliver', words: 'The rider is at the door: press "Delivered".' };
  if (rider.isRiding) return { step: 'ride-to-door', words: 'The rider is on the way; the customer app follows it.' };
  return { step: 'ride-to-door', words: 'Press "Ride to the door" in the rider app.' };
};
