import type { Point } from '@tiffin/contracts/geo';
import type { RiderId } from '@tiffin/contracts/ids';
import type { AggregateStore, Committed, Taken } from '@tiffin/platform/persistence/aggregate-store';
import type { Cause, Stored } from '@tiffin/platform/persistence/stored';
import type { Remark, RiderRecord } from '../dispatch/rider-record.ts';
import type { Position, Rider, RiderEvent } from './rider.ts';

export type KnownRider = { readonly riderId: RiderId; readonly stored: Stored<Rider>; readonly position?: Position };

/** A rider who wants to work, and where he was last. */
export type NearbyRider = {
  readonly riderId: RiderId;
  readonly riderUserId: Rider['userId'];
  readonly riderName: string;
  readonly riderPhone: string;
  readonly location: Point;
  readonly at: Date;
  readonly record: RiderRecord;
};

export type RiderStore = Pick<AggregateStore<Rider, RiderEvent>, 'change'> & {
  /** Taken (`state.userId`) when this person is a rider already. */
  create(
    riderId: RiderId,
    state: Rider,
    events: readonly RiderEvent[],
    cause: Cause,
  ): Promise<Committed<Rider> | Taken>;
  find(riderId: string): Promise<KnownRider | undefined>;
  /** Every rider, in the order of ids, after the given one. */
  list(after: string | undefined, limit: number): Promise<readonly KnownRider[]>;
  findByUser(riderUserId: string): Promise<KnownRider | undefined>;
  /** Writes newest positions, all in one round trip; one that is newer already stays, so no process moves a rider backwards. */
  savePositions(positions: readonly { riderId: string; position: Position }[]): Promise<void>;
  /** Adds to what is remembered of riders, all in one round trip. */
  remember(remarks: readonly Remark[]): Promise<void>;
  /** Available and verified riders from `fromM` to `toM` metres away, nearest first, without those in `except`. */
  findNear(query: {
    around: Point;
    fromM: number;
    toM: number;
    limit: number;
    except: readonly RiderId[];
  }): Promise<readonly NearbyRider[]>;
  /** Resolves when the database answers at all. */
  answers(): Promise<void>;
  /** How many available and verified riders there are within `radiusM`. */
  countNear(around: Point, radiusM: number): Promise<number>;
};
