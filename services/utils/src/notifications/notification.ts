import type { EventOf, EventType } from '@tiffin/contracts/event-catalogue';
import type { OrderId } from '@tiffin/contracts/ids';
import { rupeesText } from '@tiffin/contracts/money';

/** What a customer is told, once an event. `no_address`: nobody knows where to send it. */
export type Notification = {
  /** The event's. */
  readonly id: string;
  readonly userId: string;
  readonly orderId: OrderId;
  readonly type: string;
  readonly text: string;
  readonly state: 'no_address';
};

type Told = Extract<EventType, `ORDER_${string}`>;
const TEXTS: { readonly [T in Told]?: (event: EventOf<T>) => string } = {
  ORDER_PLACED: ({ data }) => `${data.restaurantName} has your order.`,
  ORDER_EXPIRED: ({ data }) => `Your order at ${data.restaurantName} was not paid in time.`,
  ORDER_ACCEPTED: ({ data }) => `${data.restaurantName} takes your order and needs ${data.prepMinutes} minutes.`,
  ORDER_REJECTED: ({ data }) => `${data.restaurantName} cannot take your order. Your money goes back.`,
  ORDER_CANCELLED: ({ data }) => `Your order at ${data.restaurantName} is cancelled. What you paid goes back.`,
  ORDER_RIDER_ASSIGNED: ({ data }) => `${data.riderName} brings your order.`,
  ORDER_PICKED_UP: ({ data }) => `${data.riderName} is on the way to you.`,
  ORDER_DELIVERED: ({ data }) => `Your order from ${data.restaurantName} is there.`,
  ORDER_PAYMENT_REFUSED: ({ data }) => `A payment for your order at ${data.restaurantName} goes back to you.`,
  ORDER_REFUNDED: ({ data }) => `${rupees(data.amountPaise)} of your order at ${data.restaurantName} went back to you.`,
  ORDER_REFUND_FAILED: ({ data }) => `${rupees(data.amountPaise)} could not be sent back yet; we are looking into it.`,
};

const rupees = (amountPaise: number): string => `₹${rupeesText(amountPaise)}`;

/** What an event says to its customer; undefined for one that says nothing worth a message. */
export const notificationOf = (event: EventOf<EventType>): Notification | undefined => {
  const text = textOf(event);
  if (text === undefined || !('userId' in event.data) || !('orderId' in event.data)) return undefined;
  const { userId, orderId } = event.data;
  if (userId === undefined || orderId === undefined) return undefined;
  return { id: event.id, userId, orderId, type: event.type, text, state: 'no_address' };
};

// The table is keyed by the very type its texts take.
const textOf = (event: EventOf<EventType>): string | undefined => {
  const text = Object.hasOwn(TEXTS, event.type)
    ? (Reflect.get(TEXTS, event.type) as (about: typeof event) => string)
    : undefined;
  return text?.(event);
};
