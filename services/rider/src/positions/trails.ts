import type { UserId } from '@tiffin/contracts/claims';
import type { RiderId } from '@tiffin/contracts/ids';
import { type Clock, MINUTE } from '@tiffin/platform/clock';
import type { DeliveryStore, Trip } from '../deliveries/delivery.store.ts';
import { endOfAssignment } from '../deliveries/end-of-assignment.ts';
import type { TrailStore, TripKey } from './trail.store.ts';
import { TRAIL_POINTS, type TrailPoint, worthKeeping } from './trail.ts';
import { KEEP_AGAIN_MS } from './worth-keeping.ts';

/** A point, and when it was taken by our clock. */
export type Sighting = { readonly takenMs: number; readonly point: TrailPoint };

/** Where a rider was seen since the last time, and the trip he is on now. */
export type Followed = {
  readonly riderId: RiderId;
  readonly riderUserId: UserId;
  readonly trip: Trip | undefined;
  readonly sightings: readonly Sighting[];
};

export type Trails = {
  /** Takes in where riders were. Rejects before it has taken in anything. */
  follow(riders: readonly Followed[]): Promise<void>;
  /** Writes what has gathered for 10 s and what belongs to a trip that is over; `isLast`: everything. */
  flush(isLast: boolean): Promise<void>;
};

type Open = {
  readonly trip: TripKey & { readonly since: Date };
  readonly riderId: RiderId;
  readonly riderUserId: UserId;
  count: number;
  last: TrailPoint | undefined;
  unwritten: TrailPoint[];
  /** Since when there is something unwritten. */
  waitingMs: number;
  followedMs: number;
};

/** A trail nobody adds to any more is forgotten here; the database remembers it. */
const FORGET_AFTER_MS = 2 * MINUTE;
const NOTHING_MORE = Number.NEGATIVE_INFINITY;

/** Keeps where riders go while they have a delivery, from its acceptance to its end, thinned, and written in batches. */
export const createTrails = ({
  trails,
  deliveries,
  now,
}: {
  trails: Pick<TrailStore, 'extend' | 'progressOf'>;
  deliveries: Pick<DeliveryStore, 'find'>;
  now: Clock;
}): Trails => {
  const opens = new Map<RiderId, Open>();
  /** Trails whose trip is over, until their last points are written. */
  let ending: Open[] = [];

  const isOf = (trip: Trip | undefined, open: Open): boolean =>
    trip?.orderId === open.trip.orderId && trip.assignment === open.trip.assignment;

  const begin = async ({ riderId, riderUserId, trip }: Followed & { trip: Trip }): Promise<Open> => {
    const { count, last } = await trails.progressOf(trip);
    const empty = { unwritten: [], waitingMs: 0, followedMs: now().getTime() };
    return { trip, riderId, riderUserId, count, last, ...empty };
  };

  const endMs = async ({ orderId, assignment }: TripKey): Promise<number> => {
    const stored = await deliveries.find(orderId);
    const at = stored && endOfAssignment(stored.tail, assignment);
    return at === undefined ? NOTHING_MORE : Date.parse(at);
  };

  const add = (open: Open, sightings: readonly Sighting[], untilMs: number) => {
    const sinceMs = open.trip.since.getTime();
    const during = sightings.filter(({ takenMs }) => takenMs >= sinceMs && takenMs <= untilMs);
    const kept = worthKeeping(
      open.last,
      during.map(({ point }) => point),
    );
    open.followedMs = now().getTime();
    if (kept.length === 0) return;
    if (open.unwritten.length === 0) open.waitingMs = open.followedMs;
    open.unwritten.push(...kept);
    open.last = kept.at(-1);
  };

  const write = async (due: readonly Open[]) => {
    const batch = due.map((open) => {
      const { trip, riderId, riderUserId, unwritten } = open;
      const { orderId, assignment } = trip;
      const isFull = open.count + unwritten.length > TRAIL_POINTS;
      return { open, change: { orderId, assignment, riderId, riderUserId, points: [...unwritten], isFull } };
    });
    await trails.extend(batch.map(({ change }) => change));
    for (const { open, change } of batch) {
      open.unwritten.splice(0, change.points.length);
      const count = open.count + change.points.length;
      open.count = change.isFull ? Math.ceil(count / 2) : count;
    }
  };

  return {
    follow: async (riders) => {
      const turns = await Promise.all(
        riders.map(async (rider) => {
          const known = opens.get(rider.riderId);
          const over =
            known && !isOf(rider.trip, known) ? { open: known, untilMs: await endMs(known.trip) } : undefined;
          const { trip } = rider;
          const open = known && !over ? known : trip && (await begin({ ...rider, trip }));
          return { rider, over, open };
        }),
      );
      for (const { rider, over, open } of turns) {
        if (over) {
          add(over.open, rider.sightings, over.untilMs);
          ending.push(over.open);
          opens.delete(rider.riderId);
        }
        if (!open) continue;
        opens.set(rider.riderId, open);
        add(open, rider.sightings, Number.POSITIVE_INFINITY);
      }
    },

    flush: async (isLast) => {
      const nowMs = now().getTime();
      const isDue = ({ waitingMs }: Open) => isLast || nowMs - waitingMs >= KEEP_AGAIN_MS;
      const due = [...ending, ...[...opens.values()].filter(isDue)].filter(({ unwritten }) => unwritten.length > 0);
      await write(due);
      ending = [];
      for (const [riderId, { unwritten, followedMs }] of opens)
        if (unwritten.length === 0 && nowMs - followedMs > FORGET_AFTER_MS) opens.delete(riderId);
    },
  };
};
