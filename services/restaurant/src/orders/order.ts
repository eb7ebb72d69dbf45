import { userId } from '@tiffin/contracts/claims';
import { deliverySnapshot } from '@tiffin/contracts/delivery-events';
import type { StoredEvent } from '@tiffin/contracts/envelope';
import type { EventData } from '@tiffin/contracts/event-catalogue';
import { point } from '@tiffin/contracts/geo';
import { restaurantId, riderId } from '@tiffin/contracts/ids';
import { currency, paise } from '@tiffin/contracts/money';
import {
  deliveryAddress,
  type Eta,
  type OrderView,
  orderLine,
  orderStatus,
  paymentStatus,
} from '@tiffin/contracts/order-api';
import type { OrderFacts, orderEvents } from '@tiffin/contracts/order-events';
import { instant } from '@tiffin/contracts/time';
import type { StreamEvent } from '@tiffin/platform/persistence/stored';
import * as z from 'zod';

/** What the rules of an order own: everything they decide on, nothing that moves by itself. */
export const orderState = z.object({
  userId,
  restaurantId,
  restaurantOwnerId: userId,
  restaurantName: z.string(),
  items: z.array(orderLine),
  subtotalPaise: paise,
  deliveryFeePaise: paise,
  platformFeePaise: paise,
  totalPaise: paise,
  currency,
  deliveryAddress,
  pickup: point,
  status: orderStatus,
  paymentStatus,
  /** While it waits for money. */
  expiresAt: instant.optional(),
  /** While it waits for the kitchen's answer. */
  answerBy: instant.optional(),
  readyBy: instant.optional(),
  /** The payment the order was placed with. */
  paymentId: z.string().optional(),
  /** Money that came and was not taken: it goes back, each payment once. */
  refusedPayments: z.array(z.object({ paymentId: z.string(), paidPaise: paise })),
  refunds: z.array(z.object({ refundId: z.string(), state: z.enum(['requested', 'processed', 'failed']) })),
  /** The rider the order's people were told of. */
  rider: z
    .object({
      assignment: z.int(),
      riderId,
      riderUserId: userId,
      riderName: z.string(),
      riderPhone: z.string().optional(),
      /** How far from the pickup he was when he was asked, as the crow flies. */
      toPickupM: z.number().optional(),
    })
    .optional(),
  /** When the rider's present leg began: to the kitchen, or with the food to the door. */
  legFrom: instant.optional(),
  /** An assignment heard of before the food was ready. */
  earlyDelivery: deliverySnapshot.optional(),
});
export type OrderState = z.infer<typeof orderState>;
export type Assigned = NonNullable<OrderState['rider']>;

type OrderEventType = keyof typeof orderEvents;
/** An event of an order, its data checked against the catalogue by the compiler. */
export type OrderEvent = { [T in OrderEventType]: { type: T; version: number; data: EventData<T> } }[OrderEventType];

export const orderEvent = <T extends OrderEventType>(type: T, data: EventData<T>) => ({
  type,
  version: type === 'ORDER_READY_FOR_RIDER' ? 2 : 1,
  data,
});

/** What every event of an order says. */
export const factsOf = (orderId: OrderFacts['orderId'], state: OrderState): OrderFacts => ({
  orderId,
  userId: state.userId,
  restaurantId: state.restaurantId,
  restaurantName: state.restaurantName,
  status: state.status,
  paymentStatus: state.paymentStatus,
  totalPaise: state.totalPaise,
  currency: state.currency,
});

/** An order as people may see it. */
export const orderView = (
  {
    id,
    state,
    seq,
    createdAt,
    updatedAt,
  }: {
    id: OrderView['_id'];
    state: OrderState;
    seq: number;
    createdAt: Date;
    updatedAt: Date;
  },
  eta?: Eta,
): OrderView => ({
  _id: id,
  userId: state.userId,
  restaurantId: state.restaurantId,
  restaurantName: state.restaurantName,
  ...(state.rider ? { riderId: state.rider.riderId, riderName: state.rider.riderName } : {}),
  items: state.items,
  subtotalPaise: state.subtotalPaise,
  deliveryFeePaise: state.deliveryFeePaise,
  platformFeePaise: state.platformFeePaise,
  totalPaise: state.totalPaise,
  currency: state.currency,
  deliveryAddress: state.deliveryAddress,
  pickup: state.pickup,
  status: state.status,
  paymentStatus: state.paymentStatus,
  seq,
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
  ...(state.expiresAt === undefined ? {} : { expiresAt: state.expiresAt }),
  ...(state.readyBy === undefined ? {} : { readyBy: state.readyBy }),
  ...(eta ? { eta } : {}),
});

/** When an order wants to be looked at again: money or an answer that did not come. */
export const orderNextActionAt = (state: OrderState): Date | undefined => {
  if (state.status === 'pending_payment' && state.expiresAt) return new Date(state.expiresAt);
  if (state.status === 'placed' && state.answerBy) return new Date(state.answerBy);
  return undefined;
};

/** An event of an order's stream as people see it. */
export const eventView = ({ id, seq, type, version, timestamp, data }: StreamEvent): StoredEvent => ({
  id,
  seq,
  type,
  version,
  timestamp,
  data,
  source: 'restaurant',
});
