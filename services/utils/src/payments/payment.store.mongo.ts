import { TAIL_PROJECTION } from '@tiffin/platform/persistence/aggregate-document';
import { type AggregateOptions, createAggregateStore } from '@tiffin/platform/persistence/aggregate-store';
import type { PaymentStore } from './payment.store.ts';
import { type PaymentEvent, type PaymentState, paymentNextActionAt, paymentStateSchema } from './payment.ts';

type Kept = Pick<AggregateOptions<PaymentState>, 'connection' | 'relay' | 'publish' | 'now'>;

/** Payments in MongoDB, each with its whole history. One gateway order and one gateway payment belong to one of them, for ever. */
export const createMongoPaymentStore = (kept: Kept) => {
  const store = createAggregateStore<PaymentState, PaymentEvent>({
    ...kept,
    collection: 'payments',
    aggregate: 'payment',
    state: paymentStateSchema,
    nextActionAt: paymentNextActionAt,
    indexes: [
      [{ 'state.gatewayOrderId': 1 }, { unique: true }],
      [
        { 'state.attempts.gatewayPaymentId': 1 },
        {
          unique: true,
          partialFilterExpression: { 'state.attempts.gatewayPaymentId': { $exists: true } },
        },
      ],
    ],
  });

  const findOne = async (filter: Record<string, string>) => {
    const document = await store.model.findOne(filter, TAIL_PROJECTION).lean();
    return document ? store.read(document) : undefined;
  };
  const findByGatewayOrder: PaymentStore['findByGatewayOrder'] = (id) => findOne({ 'state.gatewayOrderId': id });
  const findByGatewayPayment: PaymentStore['findByGatewayPayment'] = (id) =>
    findOne({ 'state.attempts.gatewayPaymentId': id });

  return { ...store, findByGatewayOrder, findByGatewayPayment };
};
