import { distanceM, type Point } from '@tiffin/contracts/geo';
import type { DropReason, Fix, LocationsReply } from '@tiffin/contracts/rider-api';
import { MINUTE, SECOND } from '@tiffin/platform/clock';

/** The newest accepted fix of a rider. `location` is absent where there is none to measure a speed from. */
export type LastFix = { readonly seq: number; readonly at: Date; readonly location?: Point };

/** Metres, metres a second, milliseconds. */
const MAX_INACCURACY_M = 100;
const MAX_SPEED_MPS = 40;
const MAX_AHEAD_MS = 5 * SECOND;
const MAX_AGE_MS = 5 * MINUTE;
/** Two fixes of one second can differ by what the receiver wavers: below this their distance says nothing about speed. */
const SHORTEST_STEP_MS = SECOND;

const isNowhere = ({ coordinates: [lng, lat] }: Point): boolean => lng === 0 && lat === 0;

const reasonToDrop = (fix: Fix, last: LastFix | undefined, now: Date): DropReason | undefined => {
  const atMs = Date.parse(fix.at);
  if (isNowhere(fix.location)) return 'nowhere';
  if (fix.accuracyM > MAX_INACCURACY_M) return 'inaccurate';
  if (atMs - now.getTime() > MAX_AHEAD_MS) return 'future';
  if (now.getTime() - atMs > MAX_AGE_MS) return 'old';
  if (!last) return undefined;
  if (fix.seq <= last.seq) return 'repeated';
  if (!last.location) return undefined;
  const stepMs = Math.max(SHORTEST_STEP_MS, atMs - last.at.getTime());
  return distanceM(last.location, fix.location) / (stepMs / SECOND) > MAX_SPEED_MPS ? 'too_fast' : undefined;
};

/** Judges fixes in the order they came; only an accepted one is what the next is compared with. `taken` are those, in this order. */
export const judgeFixes = (
  last: LastFix | undefined,
  fixes: readonly Fix[],
  now: Date,
): { taken: readonly Fix[]; dropped: LocationsReply['dropped'] } => {
  let known = last;
  const taken: Fix[] = [];
  const dropped: LocationsReply['dropped'] = [];
  for (const fix of fixes) {
    const reason = reasonToDrop(fix, known, now);
    if (reason) {
      dropped.push({ seq: fix.seq, reason });
      continue;
    }
    taken.push(fix);
    known = { seq: fix.seq, at: new Date(fix.at), location: fix.location };
  }
  return { taken, dropped };
};

/** Whether a place can be a rider's: 0,0 is what a receiver without a signal reports. */
export const isSomewhere = (location: Point): boolean => !isNowhere(location);
