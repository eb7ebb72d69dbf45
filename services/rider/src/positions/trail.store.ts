import type { UserId } from '@tiffin/contracts/claims';
import type { OrderId, RiderId } from '@tiffin/contracts/ids';
import type { TrailPoint } from './trail.ts';

/** One rider's turn at a delivery: `assignment` counts the riders who have had it. */
export type TripKey = { readonly orderId: OrderId; readonly assignment: number };

export type Trail = TripKey & {
  readonly riderId: RiderId;
  readonly riderUserId: UserId;
  readonly points: readonly TrailPoint[];
};

export type TrailStore = {
  /** Adds points to trails, new ones and those begun before, all in one round trip and with one write a trail. `isFull`: it is to be thinned. */
  extend(trails: readonly (Trail & { readonly isFull: boolean })[]): Promise<void>;
  /** How far a trail has come, perhaps by another process. */
  progressOf(trip: TripKey): Promise<{ readonly count: number; readonly last: TrailPoint | undefined }>;
  /** The trails of a delivery, one for each rider who had it and was seen, in their order. */
  of(orderId: OrderId): Promise<readonly Trail[]>;
};
