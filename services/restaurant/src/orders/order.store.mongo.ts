import { orderStatus } from '@tiffin/contracts/order-api';
import { type AggregateOptions, createAggregateStore } from '@tiffin/platform/persistence/aggregate-store';
import type { Stored } from '@tiffin/platform/persistence/stored';
import mongoose from 'mongoose';
import type { OrderPosition, OrderStore } from './order.store.ts';
import { type OrderEvent, type OrderState, orderNextActionAt, orderState } from './order.ts';

type Kept = Pick<AggregateOptions<OrderState>, 'connection' | 'relay' | 'publish' | 'now'>;

/** Orders in MongoDB, each with its whole history. */
export const createMongoOrderStore = (kept: Kept) => {
  const store = createAggregateStore<OrderState, OrderEvent>({
    ...kept,
    collection: 'orders',
    aggregate: 'order',
    state: orderState,
    nextActionAt: orderNextActionAt,
    indexes: [
      [{ 'state.userId': 1, createdAt: -1, _id: -1 }],
      [{ 'state.restaurantOwnerId': 1, createdAt: -1, _id: -1 }],
      [{ 'state.restaurantId': 1, createdAt: -1, _id: -1 }],
      [{ 'state.status': 1, createdAt: -1, _id: -1 }],
      [{ createdAt: -1, _id: -1 }],
    ],
  });

  const newest = async (matches: object, within: object, limit: number) => {
    const documents = await store.model
      .find({ ...matches, ...within }, { stream: 0 })
      .sort({ createdAt: -1, _id: -1 })
      .limit(limit)
      .lean();
    return documents.map(store.read);
  };

  const list: OrderStore['list'] = async ({ whose, statuses, orderedAfter }, after, limit) => {
    const within = span(after, orderedAfter);
    if (whose !== 'everybody') {
      const who = Object.entries(whose).filter(([, value]) => value !== undefined);
      const matches = Object.fromEntries(who.map(([field, value]) => [`state.${field}`, value]));
      const status = statuses && { 'state.status': mongoose.trusted({ $in: [...statuses] }) };
      return newest({ ...matches, ...status }, within, limit);
    }
    if (!statuses) return newest({}, within, limit);
    // Each status is a stretch of the index in the order of time, so no page reads more than itself from each, however many orders there
    // are. They are asked in the order in which an order goes through them: one that moves on in between is found again, not missed.
    const found = new Map<string, Stored<OrderState>>();
    for (const status of orderStatus.options.filter((known) => statuses.includes(known))) {
      for (const order of await newest({ 'state.status': status }, within, limit)) found.set(order.id, order);
    }
    return [...found.values()].sort(newestFirst).slice(0, limit);
  };

  return { ...store, list };
};

const newestFirst = (one: Stored<OrderState>, other: Stored<OrderState>): number =>
  other.createdAt.getTime() - one.createdAt.getTime() || (other.id < one.id ? -1 : 1);

/** The stretch of time a page may lie in. Both its ends bound the index; what else was made at the moment of `after` is told apart by id. */
const span = (after: OrderPosition | undefined, orderedAfter: string | undefined) => {
  if (!after && orderedAfter === undefined) return {};
  const at = after && new Date(after.createdAt);
  return {
    createdAt: mongoose.trusted({
      ...(at && { $lte: at }),
      ...(orderedAfter !== undefined && { $gt: new Date(orderedAfter) }),
    }),
    ...(after && {
      $nor: [{ createdAt: at, _id: mongoose.trusted({ $gte: new mongoose.Types.ObjectId(after.id) }) }],
    }),
  };
};
