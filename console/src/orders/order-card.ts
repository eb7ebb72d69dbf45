import type { Point } from '@tiffin/contracts/geo';
import { type OrderStatus, type OrderView, orderStatus, paymentStatus } from '@tiffin/contracts/order-api';
import { instant } from '@tiffin/contracts/time';
import * as z from 'zod';

/** What the board and the map know of an order. What only the whole order tells is absent until that has been read. */
export type OrderCard = {
  readonly id: string;
  readonly seq: number;
  readonly status: OrderStatus;
  readonly paymentStatus: string;
  /** When it came into its state, milliseconds since 1970. */
  readonly since: number;
  readonly restaurantId?: string;
  readonly restaurantName?: string;
  readonly riderId?: string;
  readonly riderName?: string;
  readonly totalPaise?: number;
  readonly pickup?: Point;
  readonly dropoff?: Point;
};

/** What an update may say; every field but the first three may be absent. */
export const orderUpdate = z.object({
  orderId: z.string(),
  seq: z.int(),
  at: instant,
  status: orderStatus,
  paymentStatus,
  restaurantId: z.string().optional(),
  restaurantName: z.string().optional(),
  totalPaise: z.number().optional(),
  riderId: z.string().optional(),
  riderName: z.string().optional(),
});
export type OrderUpdate = z.infer<typeof orderUpdate>;

const ENDED: ReadonlySet<OrderStatus> = new Set(['delivered', 'cancelled', 'rejected', 'expired']);
export const isEnded = ({ status }: Pick<OrderCard, 'status'>): boolean => ENDED.has(status);

export const cardOf = (order: OrderView): OrderCard => ({
  id: order._id,
  seq: order.seq,
  status: order.status,
  paymentStatus: order.paymentStatus,
  since: Date.parse(order.updatedAt),
  restaurantId: order.restaurantId,
  restaurantName: order.restaurantName,
  ...(order.riderId === undefined ? {} : { riderId: order.riderId }),
  ...(order.riderName === undefined ? {} : { riderName: order.riderName }),
  totalPaise: order.totalPaise,
  pickup: order.pickup,
  dropoff: order.deliveryAddress.location,
});

/** The card after news of it: the higher `seq` wins, whichever way it came; what the news does not say stays. */
export const merged = (card: OrderCard | undefined, news: OrderCard): OrderCard => {
  if (!card) return news;
  const [older, newer] = news.seq >= card.seq ? [card, news] : [news, card];
  const since = older.status === newer.status ? older.since : newer.since;
  const { riderId: _, riderName: __, ...withoutRider } = older;
  // An order that looks for a rider again has none any more.
  return { ...(newer.status === 'ready_for_rider' ? withoutRider : older), ...newer, since };
};

export const cardOfUpdate = ({ orderId, at, ...rest }: OrderUpdate): OrderCard => ({
  id: orderId,
  since: Date.parse(at),
  ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
  seq: rest.seq,
  status: rest.status,
  paymentStatus: rest.paymentStatus,
});
