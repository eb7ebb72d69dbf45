import type { OrderId } from '@tiffin/contracts/ids';
import type { OrderForWatchers } from '@tiffin/contracts/order-api';

export type HistoryAnswer =
  | { kind: 'found'; history: OrderForWatchers }
  | { kind: 'not-found' }
  /** The order's owner cannot be asked now. */
  | { kind: 'away' };

/** The order as its owner has it: the parties, the order, and its events after a `seq`. Never rejects. */
export type OrderHistory = (orderId: OrderId, after: number) => Promise<HistoryAnswer>;
