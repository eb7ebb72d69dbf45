import { rupeesText } from '@tiffin/contracts/money';
import type { OrderStatus } from '@tiffin/contracts/order-api';

/** The states of an order in the order they come, with the words the board has for them. */
export const STATUS_WORDS: Readonly<Record<OrderStatus, string>> = {
  pending_payment: 'Waiting for payment',
  placed: 'Placed',
  accepted: 'Accepted',
  preparing: 'Preparing',
  ready_for_rider: 'Ready for rider',
  rider_assigned: 'Rider assigned',
  picked_up: 'Picked up',
  delivered: 'Delivered',
  cancelled: 'Cancelled',
  rejected: 'Rejected',
  expired: 'Expired',
};

export const rupees = (amountPaise: number): string =>
  new Intl.NumberFormat('en-IN', { style: 'currency', currency: 'INR' }).format(Number(rupeesText(amountPaise)));

export const metres = (value: number): string =>
  value < 1_000 ? `${Math.round(value)} m` : `${(value / 1_000).toFixed(1)} km`;

/** How long something has lasted: `8 s`, `3 min 20 s`, `2 h 5 min`. */
export const duration = (ms: number): string => {
  const s = Math.max(0, Math.floor(ms / 1_000));
  if (s < 60) return `${s} s`;
  if (s < 3_600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3_600)} h ${Math.floor((s % 3_600) / 60)} min`;
};

export const milliseconds = (ms: number): string => {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
};

export const timeOfDay = (at: string | number): string =>
  new Date(at).toLocaleTimeString('en-GB', { hour12: false }) +
  `.${String(new Date(at).getMilliseconds()).padStart(3, '0')}`;

/** Ids are 24 digits; the last six tell them apart at a glance. */
export const shortId = (id: string): string => `…${id.slice(-6)}`;
