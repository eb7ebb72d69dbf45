import type { UserId } from '@tiffin/contracts/claims';
import type { Point } from '@tiffin/contracts/geo';
import type { RiderId } from '@tiffin/contracts/ids';
import type { Fix, LocationsReply } from '@tiffin/contracts/rider-api';
import type { RiderPosition } from '@tiffin/contracts/rider-events';
import { type Clock, MINUTE, SECOND } from '@tiffin/platform/clock';
import type { DeliveryStore, Trip } from '../deliveries/delivery.store.ts';
import type { RiderStore } from '../riders/rider.store.ts';
import { heardAtOf, type Position } from '../riders/rider.ts';
import { judgeFixes } from './judge-fixes.ts';
import { withinBounds } from './trail.ts';
import type { Sighting, Trails } from './trails.ts';
import { hasMoved, KEEP_AGAIN_MS } from './worth-keeping.ts';

/** How soon a rider is asked to report again: on a trip, on duty, and when there is little to tell. */
const NEXT_ON_TRIP_MS = SECOND;
const NEXT_ON_DUTY_MS = 5 * SECOND;
const NEXT_SELDOM_MS = 10 * SECOND;
/** Who has not moved for so long stands. */
const STANDS_AFTER_MS = MINUTE;
/** A rider who says nothing for this long is forgotten here; the database remembers him. */
const FORGET_AFTER_MS = 2 * MINUTE;

type Live = {
  readonly riderId: RiderId;
  readonly riderUserId: UserId;
  position: Position | undefined;
  /** The position as the database has it. */
  written: Position | undefined;
  heardAt: number;
  isUntold: boolean;
  isAvailable: boolean;
  isOnTrip: boolean;
  /** Where he stands, and since when by our clock. */
  standing: { readonly location: Point; readonly sinceMs: number } | undefined;
  /** Where he was since the last flush. */
  sightings: readonly Sighting[];
};

export type LivePositions = {
  /** Takes in what a rider's app reports; undefined when this person is no rider. */
  report(riderUserId: UserId, fixes: readonly Fix[]): Promise<LocationsReply | undefined>;
  /** Takes in where a rider says he is when he goes on duty. */
  declare(riderUserId: UserId, location: Point): Promise<void>;
  /** What has just become of a rider, so that the next answer he gets goes by it. */
  note(riderUserId: string, duty: Partial<Pick<Live, 'isAvailable' | 'isOnTrip'>>): Promise<void>;
  /** Tells newest positions and writes those that moved; what cannot be written now is written next time. `isLast`: there is none. */
  flush(isLast?: boolean): Promise<void>;
};

/**
 * The newest position of every rider this process hears of. Matching reads the database, so a rider who was out of sight is written at once
 * and searches around him are woken; a rider in sight costs a write only when he has moved, or every 10 s.
 */
export const createLivePositions = ({
  riders,
  deliveries,
  trails,
  tell,
  seenAgain,
  freshMs,
  now,
}: {
  riders: Pick<RiderStore, 'findByUser' | 'savePositions'>;
  deliveries: Pick<DeliveryStore, 'tripsOf'>;
  trails: Trails;
  tell: (points: readonly RiderPosition[]) => void;
  /** A rider who was out of sight can be matched again. */
  seenAgain: (riderUserId: string) => void;
  freshMs: number;
  now: Clock;
}): LivePositions => {
  const lives = new Map<string, Promise<Live | undefined>>();

  const load = async (riderUserId: UserId): Promise<Live | undefined> => {
    const known = await riders.findByUser(riderUserId);
    if (!known) return undefined;
    const { riderId, position, stored } = known;
    const trips = await deliveries.tripsOf([riderId]);
    return {
      riderId,
      riderUserId,
      position,
      written: position,
      heardAt: now().getTime(),
      isUntold: false,
      isAvailable: stored.state.isAvailable,
      isOnTrip: trips.has(riderId),
      standing: position && { location: position.location, sinceMs: now().getTime() },
      sightings: [],
    };
  };

  const liveOf = async (riderUserId: UserId): Promise<Live | undefined> => {
    const loading = lives.get(riderUserId) ?? load(riderUserId);
    lives.set(riderUserId, loading);
    // Neither a failure nor "not a rider yet" is remembered.
    const live = await loading.catch((error: unknown) => {
      lives.delete(riderUserId);
      throw error;
    });
    if (!live) lives.delete(riderUserId);
    return live;
  };

  const isOutOfSight = ({ written }: Live): boolean => !written || now().getTime() - written.at.getTime() > freshMs;

  const write = async (batch: readonly Live[]) => {
    const positions = batch.flatMap((live) =>
      live.position ? [{ live, position: withSince(live, live.position) }] : [],
    );
    await riders.savePositions(positions.map(({ live, position }) => ({ riderId: live.riderId, position })));
    for (const { live, position } of positions) live.written = position;
  };

  const writeNow = async (live: Live) => {
    await write([live]);
    seenAgain(live.riderUserId);
  };

  const tellAll = (untold: readonly Live[], trips: ReadonlyMap<string, Trip>) => {
    if (untold.length === 0) return;
    const points = untold.flatMap(({ riderId, riderUserId, position }): RiderPosition[] => {
      if (!position) return [];
      const { location, at, seq, speedMps } = position;
      const trip = trips.get(riderId);
      return [
        {
          riderId,
          riderUserId,
          ...(trip && { orderId: trip.orderId, ...(trip.userId !== undefined && { userId: trip.userId }) }),
          location,
          at: at.toISOString(),
          seq,
          ...(speedMps !== undefined && { speedMps }),
        },
      ];
    });
    for (const live of untold) live.isUntold = false;
    tell(points);
  };

  const follow = async (seen: readonly Live[], trips: ReadonlyMap<string, Trip>) => {
    const followed = seen.map((live) => ({ live, sightings: live.sightings }));
    for (const { live } of followed) live.sightings = [];
    try {
      await trails.follow(
        followed.map(({ live: { riderId, riderUserId }, sightings }) => ({
          riderId,
          riderUserId,
          trip: trips.get(riderId),
          sightings,
        })),
      );
    } catch (error) {
      for (const { live, sightings } of followed) live.sightings = withinBounds([...sightings, ...live.sightings]);
      throw error;
    }
  };

  const nextInMs = ({ isOnTrip, isAvailable, standing }: Live): number => {
    if (isOnTrip) return NEXT_ON_TRIP_MS;
    const stands = standing !== undefined && now().getTime() - standing.sinceMs >= STANDS_AFTER_MS;
    return isAvailable && !stands ? NEXT_ON_DUTY_MS : NEXT_SELDOM_MS;
  };

  return {
    report: async (riderUserId, fixes) => {
      const live = await liveOf(riderUserId);
      if (!live) return undefined;
      live.heardAt = now().getTime();
      const { taken, dropped } = judgeFixes(lastFixOf(live.position), fixes, now());
      const newest = taken.at(-1);
      if (newest) {
        const wasOutOfSight = isOutOfSight(live);
        live.position = measured(newest, live.position, now());
        live.isUntold = true;
        live.standing = standingAt(live, newest.location, now());
        live.sightings = withinBounds([...live.sightings, ...sightingsOf(taken, newest, now())]);
        if (wasOutOfSight) await writeNow(live);
      }
      return { accepted: taken.length, dropped, nextInMs: nextInMs(live) };
    },

    declare: async (riderUserId, location) => {
      const live = await liveOf(riderUserId);
      if (!live) return;
      const at = now();
      live.heardAt = at.getTime();
      live.position = { location, at, heardAt: at, seq: live.position?.seq ?? NO_FIX_YET, movedAt: at, declared: true };
      await write([live]);
    },

    note: async (riderUserId, duty) => {
      const live = await lives.get(riderUserId)?.catch(() => undefined);
      if (live) Object.assign(live, duty);
    },

    flush: async (isLast = false) => {
      const heard = (await Promise.allSettled(lives.values())).flatMap((live) =>
        live.status === 'fulfilled' && live.value ? [live.value] : [],
      );
      for (const { riderUserId, heardAt } of heard)
        if (now().getTime() - heardAt > FORGET_AFTER_MS) lives.delete(riderUserId);
      const seen = heard.filter(({ isUntold, sightings }) => isUntold || sightings.length > 0);
      if (seen.length > 0) {
        const trips = await deliveries.tripsOf(seen.map(({ riderId }) => riderId));
        for (const live of seen) live.isOnTrip = trips.has(live.riderId);
        tellAll(
          seen.filter(({ isUntold }) => isUntold),
          trips,
        );
        await follow(seen, trips);
      }
      await write(heard.filter((live) => isWorthWriting(live, now())));
      await trails.flush(isLast);
    },
  };
};

const NO_FIX_YET = -1;

const lastFixOf = (position: Position | undefined) =>
  position && { seq: position.seq, at: position.at, ...(!position.declared && { location: position.location }) };

const measured = ({ location, at, seq, speedMps }: Fix, before: Position | undefined, heardAt: Date): Position => ({
  location,
  at: new Date(at),
  heardAt,
  seq,
  ...(speedMps !== undefined && { speedMps }),
  movedAt: before?.movedAt ?? new Date(at),
});

/** When points of one report were taken, by our clock: the newest just now, the others as much earlier as their own clock says. */
const sightingsOf = (taken: readonly Fix[], newest: Fix, heardAt: Date): readonly Sighting[] => {
  const newestMs = Date.parse(newest.at);
  return taken.map(({ at, location }) => {
    const atMs = Date.parse(at);
    return { takenMs: heardAt.getTime() - newestMs + atMs, point: { at: new Date(atMs), location } };
  });
};

const standingAt = ({ standing }: Live, location: Point, now: Date): Live['standing'] =>
  standing && !hasMoved(standing.location, location) ? standing : { location, sinceMs: now.getTime() };

/** The position as it is written: `movedAt` stays while the rider stands. */
const withSince = ({ written }: Live, position: Position): Position => ({
  ...position,
  movedAt: written && !hasMoved(written.location, position.location) ? written.movedAt : position.at,
});

/** Also the last thing a rider said before he fell silent is written, after the same time. */
const isWorthWriting = ({ position, written }: Live, now: Date): boolean =>
  position !== undefined &&
  (!written ||
    hasMoved(written.location, position.location) ||
    (isAnother(written, position) && now.getTime() - heardAtOf(written).getTime() >= KEEP_AGAIN_MS));

const isAnother = (one: Position, other: Position): boolean =>
  one.seq !== other.seq || one.at.getTime() !== other.at.getTime();
