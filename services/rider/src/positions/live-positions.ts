import type { UserId } from '@tiffin/contracts/claims';
import { distanceM, type Point } from '@tiffin/contracts/geo';
import type { RiderId } from '@tiffin/contracts/ids';
import type { Fix, LocationsReply } from '@tiffin/contracts/rider-api';
import type { RiderPosition } from '@tiffin/contracts/rider-events';
import { type Clock, MINUTE, SECOND } from '@tiffin/platform/clock';
import type { DeliveryStore } from '../deliveries/delivery.store.ts';
import type { RiderStore } from '../riders/rider.store.ts';
import { heardAtOf, type Position } from '../riders/rider.ts';
import { judgeFixes } from './judge-fixes.ts';

/** A position is written again after so many metres or milliseconds: a stored one is never much older than that. */
const WRITE_AFTER_M = 25;
const WRITE_AFTER_MS = 10 * SECOND;
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
};

export type LivePositions = {
  /** Takes in what a rider's app reports; undefined when this person is no rider. */
  report(riderUserId: UserId, fixes: readonly Fix[]): Promise<LocationsReply | undefined>;
  /** Takes in where a rider says he is when he goes on duty. */
  declare(riderUserId: UserId, location: Point): Promise<void>;
  /** Tells newest positions and writes those that moved; what cannot be written now is written next time. */
  flush(): Promise<void>;
};

/**
 * The newest position of every rider this process hears of. Matching reads the database, so a rider who was out of sight is written at once
 * and searches around him are woken; a rider in sight costs a write only when he has moved, or every 10 s.
 */
export const createLivePositions = ({
  riders,
  deliveries,
  tell,
  seenAgain,
  freshMs,
  now,
}: {
  riders: Pick<RiderStore, 'findByUser' | 'savePositions'>;
  deliveries: Pick<DeliveryStore, 'tripsOf'>;
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
    const { riderId, position } = known;
    return { riderId, riderUserId, position, written: position, heardAt: now().getTime(), isUntold: false };
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
      live.position ? [{ live, position: standing(live, live.position) }] : [],
    );
    await riders.savePositions(positions.map(({ live, position }) => ({ riderId: live.riderId, position })));
    for (const { live, position } of positions) live.written = position;
  };

  const writeNow = async (live: Live) => {
    await write([live]);
    seenAgain(live.riderUserId);
  };

  const tellAll = async (untold: readonly Live[]) => {
    if (untold.length === 0) return;
    const trips = await deliveries.tripsOf(untold.map(({ riderId }) => riderId));
    const points = untold.flatMap(({ riderId, riderUserId, position }): RiderPosition[] => {
      if (!position) return [];
      const { location, at, seq, speedMps } = position;
      const trip = trips.get(riderId);
      return [
        {
          riderId,
          riderUserId,
          ...trip,
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

  return {
    report: async (riderUserId, fixes) => {
      const live = await liveOf(riderUserId);
      if (!live) return undefined;
      live.heardAt = now().getTime();
      const { newest, accepted, dropped } = judgeFixes(lastFixOf(live.position), fixes, now());
      if (newest) {
        const wasOutOfSight = isOutOfSight(live);
        live.position = measured(newest, live.position, now());
        live.isUntold = true;
        if (wasOutOfSight) await writeNow(live);
      }
      return { accepted, dropped };
    },

    declare: async (riderUserId, location) => {
      const live = await liveOf(riderUserId);
      if (!live) return;
      const at = now();
      live.heardAt = at.getTime();
      live.position = { location, at, heardAt: at, seq: live.position?.seq ?? NO_FIX_YET, movedAt: at, declared: true };
      await write([live]);
    },

    flush: async () => {
      const heard = (await Promise.allSettled(lives.values())).flatMap((live) =>
        live.status === 'fulfilled' && live.value ? [live.value] : [],
      );
      for (const { riderUserId, heardAt } of heard)
        if (now().getTime() - heardAt > FORGET_AFTER_MS) lives.delete(riderUserId);
      await tellAll(heard.filter(({ isUntold }) => isUntold));
      await write(heard.filter((live) => isWorthWriting(live, now())));
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

const hasMoved = (from: Position, to: Position): boolean => distanceM(from.location, to.location) > WRITE_AFTER_M;

/** The position as it is written: `movedAt` stays while the rider stands. */
const standing = ({ written }: Live, position: Position): Position => ({
  ...position,
  movedAt: written && !hasMoved(written, position) ? written.movedAt : position.at,
});

/** Also the last thing a rider said before he fell silent is written, after the same time. */
const isWorthWriting = ({ position, written }: Live, now: Date): boolean =>
  position !== undefined &&
  (!written ||
    hasMoved(written, position) ||
    (isAnother(written, position) && now.getTime() - heardAtOf(written).getTime() >= WRITE_AFTER_MS));

const isAnother = (one: Position, other: Position): boolean =>
  one.seq !== other.seq || one.at.getTime() !== other.at.getTime();
