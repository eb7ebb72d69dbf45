import type { UserId } from '@tiffin/contracts/claims';
import type { OrderId } from '@tiffin/contracts/ids';
import type { Clock } from '@tiffin/platform/clock';
import { notTheirs } from '@tiffin/platform/persistence/decision';
import type { Cause } from '@tiffin/platform/persistence/stored';
import { type Canceller, cancelOrder } from './cancel.ts';
import { acceptOrder, markReady, rejectOrder, startPreparing } from './kitchen.ts';
import type { OrderStore } from './order.store.ts';
import type { OrderState } from './order.ts';

export type OrderCommand =
  | { kind: 'accept'; prepMinutes: number }
  | { kind: 'reject'; reason: string }
  | { kind: 'prepare' }
  | { kind: 'ready' }
  | { kind: 'cancel'; reason?: string | undefined };

export type Commander = { readonly userId: UserId; readonly role: Canceller };

/** A person moves an order: one read, one conditional write. Another's order is missing to him, whatever its state. */
export const commandOrder =
  ({ orders, now }: { orders: OrderStore; now: Clock }) =>
  (id: OrderId, by: Commander, command: OrderCommand, cause: Cause) =>
    orders.change(id, (state) => (mayCommand(state, by) ? decide(id, state, by, command, now()) : notTheirs), cause);

const mayCommand = (state: OrderState, { userId, role }: Commander): boolean => {
  switch (role) {
    case 'customer':
      return state.userId === userId;
    case 'restaurant':
      return state.restaurantOwnerId === userId;
    case 'admin':
      return true;
  }
};

const decide = (id: OrderId, state: OrderState, { role }: Commander, command: OrderCommand, now: Date) => {
  switch (command.kind) {
    case 'accept':
      return acceptOrder(id, state, command.prepMinutes, now);
    case 'reject':
      return rejectOrder(id, state, command.reason);
    case 'prepare':
      return startPreparing(id, state);
    case 'ready':
      return markReady(id, state, now);
    case 'cancel':
      return cancelOrder(id, state, role, command.reason);
  }
};
