import { type ReadonlySignal, signal } from '@preact/signals';
import type { Point } from '@tiffin/contracts/geo';
import { locationsReply } from '@tiffin/contracts/rider-api';
import type { Doors } from '../doors/doors.ts';
import { nextFixSeq, RIDING_M_PER_S, rideOn } from './ride.ts';
import { DROP_WORDS } from './state-words.ts';

const REPORT_EVERY_MS = 5_000;
const ACCURACY_M = 8;

export type Whereabouts = {
  readonly place: ReadonlySignal<Point>;
  /** Where the rider is riding to. */
  readonly goal: ReadonlySignal<Point | undefined>;
  /** Milliseconds since 1970, moving a second at a time. */
  readonly now: ReadonlySignal<number>;
  /** What became of the last report. */
  readonly reported: ReadonlySignal<{ readonly atMs: number; readonly problem?: string } | undefined>;
  startAt(place: Point): void;
  rideTo(goal: Point): void;
  stop(): void;
  /** About once a second: rides on, and on duty reports the place when it is time. */
  tick(how: { isOnDuty: boolean }): Promise<void>;
};

/** Where a rider is, as their telephone knows it and tells the services. */
export const createWhereabouts = ({
  doors,
  start,
  clock,
}: {
  doors: Doors;
  start: Point;
  clock: () => number;
}): Whereabouts => {
  const place = signal(start);
  const goal = signal<Point | undefined>();
  const now = signal(clock());
  const reported = signal<{ readonly atMs: number; readonly problem?: string } | undefined>();
  let fixSeq = 0;

  const report = async (speedMps: number) => {
    const atMs = now.value;
    fixSeq = nextFixSeq(fixSeq, atMs);
    const point = {
      seq: fixSeq,
      at: new Date(atMs).toISOString(),
      location: place.value,
      accuracyM: ACCURACY_M,
      speedMps,
    };
    const path = '/api/v1/riders/me/locations';
    const answer = await doors.ask({ part: 'rider', path, method: 'POST', body: { points: [point] } }, locationsReply);
    if (answer.kind !== 'answered') {
      reported.value = { atMs, problem: answer.detail };
      return;
    }
    const [dropped] = answer.body.dropped;
    reported.value = dropped ? { atMs, problem: `refused, ${DROP_WORDS[dropped.reason]}` } : { atMs };
  };

  return {
    place,
    goal,
    now,
    reported,
    startAt: (found) => {
      place.value = found;
    },
    rideTo: (chosen) => {
      goal.value = chosen;
    },
    stop: () => {
      goal.value = undefined;
    },
    tick: async ({ isOnDuty }) => {
      const before = now.value;
      now.value = clock();
      const { value: ahead } = goal;
      if (ahead) {
        const ridden = rideOn(place.value, ahead, now.value - before);
        place.value = ridden.place;
        if (ridden.arrived) goal.value = undefined;
      }
      if (!isOnDuty) return;
      // Those who watch see a rider move; one who stands is heard of often enough to be offered work.
      const isTime = now.value - (reported.value?.atMs ?? 0) >= REPORT_EVERY_MS;
      if (ahead || isTime) await report(ahead ? RIDING_M_PER_S : 0);
    },
  };
};
