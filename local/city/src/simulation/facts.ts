import type { Envelope, StoredEvent } from '@tiffin/contracts/envelope';
import type { OrderLedger } from '@tiffin/contracts/ledger-api';
import type { OrderView } from '@tiffin/contracts/order-api';
import type { PaymentView } from '@tiffin/contracts/payment-api';

/** One order that was answered 201, and what its own people may read of it. Undefined: the door answered that there is none. */
export type OrderFacts = {
  readonly orderId: string;
  readonly order: OrderView | undefined;
  readonly history: readonly StoredEvent[] | undefined;
  readonly payment: PaymentView | undefined;
  /** Its books, as operations read them. */
  readonly ledger: OrderLedger | undefined;
};

/** What moved at the bank for one order, in paise. */
export type BankFacts = {
  readonly gatewayOrderId: string;
  readonly capturedPaise: number;
  readonly refundedPaise: number;
};

export type RiderFacts = {
  readonly riderUserId: string;
  /** What the rider's own app shows as the delivery of now. */
  readonly busyWith: string | undefined;
};

/** A kitchen heard `order:new`. */
export type Told = { readonly orderId: string; readonly seq: number; readonly connection: string };

/** Everything the judging goes by. Nothing in it was asserted by this program: it was read at the public doors, or heard there. */
export type Facts = {
  readonly orders: readonly OrderFacts[];
  readonly bank: readonly BankFacts[];
  /** The event log from the beginning of the run. */
  readonly log: readonly Envelope[];
  readonly riders: readonly RiderFacts[];
  readonly told: readonly Told[];
  /** Orders that a kitchen found in its list when it came back. */
  readonly found: ReadonlySet<string>;
};

export type Violation = {
  /** The order, rider or event it is about. */
  readonly id: string;
  readonly problem: string;
};

export type Judgement = { readonly checked: number; readonly violations: readonly Violation[] };
