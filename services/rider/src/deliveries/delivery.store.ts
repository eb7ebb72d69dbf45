import type { UserId } from '@tiffin/contracts/claims';
import type { Point } from '@tiffin/contracts/geo';
import type { OrderId, RiderId } from '@tiffin/contracts/ids';
import type { SearchDecision, ToldDecision } from '@tiffin/contracts/rider-api';
import type { Committed, Taken } from '@tiffin/platform/persistence/aggregate-store';
import type { Cause, Stored } from '@tiffin/platform/persistence/stored';
import type { Timed } from '@tiffin/platform/persistence/timers';
import type { Delivery, DeliveryEvent } from './delivery.ts';
import type { DeliveryStory } from './delivery-in-full.ts';

/** What a commit writes: the state, the events, and the decisions of the search that led there, all in one write. */
export type DeliveryChange = {
  readonly state: Delivery;
  readonly events: readonly DeliveryEvent[];
  readonly decisions?: readonly SearchDecision[];
};

/** Riders among those asked about who have a job, and those who are thinking about an offer of another delivery. */
export type Engagements = {
  readonly busy: ReadonlySet<string>;
  readonly thinking: ReadonlySet<string>;
  /** Where those of the busy who have food in their bag bring it. */
  readonly dropoffs: ReadonlyMap<string, Point>;
};

/** A rider's trip: which order, and whose; how many riders have had it, and since when he has it. */
export type Trip = {
  readonly orderId: OrderId;
  readonly userId?: UserId;
  readonly assignment: number;
  readonly since: Date;
};

/** Where a page of deliveries goes on: after the delivery opened at this time with this id. */
export type DeliveryPosition = { readonly createdAt: string; readonly id: string };

export type DeliveryStore = Timed & {
  find(orderId: string): Promise<Stored<Delivery> | undefined>;
  /** The copy this process committed last, perhaps old: good for a decision that a `commit` then proves, and for nothing else. */
  latest(orderId: string): Stored<Delivery> | undefined;
  /** Opens a delivery; taken (`_id`) when there is one for this order already. */
  create(change: DeliveryChange, cause: Cause): Promise<Committed<Delivery> | Taken>;
  /** One conditional write; taken (`state.riderId`) when the rider of this state has another job. */
  commit(
    stored: Stored<Delivery>,
    change: DeliveryChange,
    cause: Cause,
  ): Promise<Committed<Delivery> | Taken | { kind: 'stale' }>;
  /** The delivery this person has now. */
  activeOf(riderUserId: string): Promise<Stored<Delivery> | undefined>;
  /** Deliveries with an offer this person has not answered. */
  offeredTo(riderUserId: string): Promise<readonly Stored<Delivery>[]>;
  engagementsOf(riders: readonly { riderId: RiderId; riderUserId: string }[]): Promise<Engagements>;
  /** Ids of the deliveries still looking for a rider around a place, nearest first. */
  openNear(around: Point, radiusM: number, limit: number): Promise<readonly OrderId[]>;
  tripsOf(riderIds: readonly string[]): Promise<ReadonlyMap<string, Trip>>;
  /** Deliveries that have not ended, oldest first, at most `limit`. */
  underway(after: DeliveryPosition | undefined, limit: number): Promise<readonly Stored<Delivery>[]>;
  /** How many deliveries have a rider who has fallen silent. */
  countSilent(): Promise<number>;
  /** All that is kept of a delivery, as of one moment. */
  storyOf(orderId: string): Promise<DeliveryStory | undefined>;
  /** Why each rider was asked and what came of it, oldest first; undefined for an unknown order. */
  decisionsOf(orderId: string): Promise<{ restaurantId?: string; decisions: readonly ToldDecision[] } | undefined>;
};
