import type { GatewayOrderId, GatewayPaymentId } from '@tiffin/contracts/ids';
import type { AggregateStore } from '@tiffin/platform/persistence/aggregate-store';
import type { Stored } from '@tiffin/platform/persistence/stored';
import type { PaymentEvent, PaymentState } from './payment.ts';

export type PaymentStore = Pick<AggregateStore<PaymentState, PaymentEvent>, 'find' | 'create' | 'change'> & {
  findByGatewayOrder(id: GatewayOrderId): Promise<Stored<PaymentState> | undefined>;
  /** Which payment a gateway order belongs to, without a read, if this process opened it lately. */
  openedFor(id: GatewayOrderId): string | undefined;
  /** The payment one of whose attempts is this one. */
  findByGatewayPayment(id: GatewayPaymentId): Promise<Stored<PaymentState> | undefined>;
};
