import { TAIL_PROJECTION } from '@tiffin/platform/persistence/aggregate-document';
import { type AggregateOptions, createAggregateStore } from '@tiffin/platform/persistence/aggregate-store';
import type { PaymentStore } from './payment.store.ts';
import { type PaymentEvent, type PaymentState, paymentNextActionAt, paymentStateSchema } from './payment.ts';

/** Orders at the gateway whose payments were opened here lately: their webhooks come within seconds. */
const REMEMBERED = 2_000;

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
      [{ 'state.status': 1, 'state.lookAt': 1 }],
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

  const orderIds = new Map<string, string>();
  const create: PaymentStore['create'] = async (id, state, events, cause, beside) => {
    const result = await store.create(id, state, events, cause, beside);
    if (result.kind === 'committed') {
      orderIds.set(state.gatewayOrderId, id);
      const oldest = orderIds.keys().next();
      if (orderIds.size > REMEMBERED && !oldest.done) orderIds.delete(oldest.value);
    }
    return result;
  };
  const openedFor: PaymentStore['openedFor'] = (id) => orderIds.get(id);

  return { ...store, create, openedFor, findByGatewayOrder, findByGatewayPayment };
};
