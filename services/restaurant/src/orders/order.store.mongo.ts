import { type AggregateOptions, createAggregateStore } from '@tiffin/platform/persistence/aggregate-store';
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
    ],
  });

  const list: OrderStore['list'] = async (filter, after, limit) => {
    const { status, ...who } = filter;
    const matches = Object.fromEntries(
      Object.entries({ ...who, status })
        .filter(([, value]) => value !== undefined)
        .map(([field, value]) => [`state.${field}`, value]),
    );
    const documents = await store.model
      .find({ ...matches, ...(after ? olderThan(after) : {}) }, { stream: 0 })
      .sort({ createdAt: -1, _id: -1 })
      .limit(limit)
      .lean();
    return documents.map(store.read);
  };

  return { ...store, list };
};

const olderThan = ({ createdAt, id }: OrderPosition) => {
  const at = new Date(createdAt);
  return {
    $or: [
      { createdAt: mongoose.trusted({ $lt: at }) },
      { createdAt: at, _id: mongoose.trusted({ $lt: new mongoose.Types.ObjectId(id) }) },
    ],
  };
};
