import type { Point } from '@tiffin/contracts/geo';
import type { DeliveryStore } from '../deliveries/delivery.store.ts';
import type { Delivery } from '../deliveries/delivery.ts';
import type { RiderStore } from '../riders/rider.store.ts';
import { type Candidate, eligible, type Findings, judgeCandidates, KEPT_CANDIDATES } from './candidates.ts';
import { type FinishingPolicy, mayWait } from './finishing-soon.ts';
import type { Weights } from './score.ts';

export type FindRiders = (delivery: Delivery, pickup: Point, slots: number, now: Date) => Promise<Findings>;

/** Distances of ours and of the database may differ by rounding: a page begins this much before the last one ended. */
const OVERLAP_M = 1;

/**
 * Looks for up to `slots` riders around the pickup, nearest first: within the first radius, and as long as there is nobody to ask, within
 * the next; unless a rider who is about to finish around the corner is worth a short wait. Riders who cannot be asked are passed page by page, each twice as long as the last, so that a crowd of busy ones in front
 * hides nobody and is never read whole.
 */
export const createFindRiders =
  ({
    riders,
    deliveries,
    radiiM,
    freshMs,
    finishing,
    weights,
  }: {
    riders: Pick<RiderStore, 'findNear' | 'countNear'>;
    deliveries: Pick<DeliveryStore, 'engagementsOf'>;
    radiiM: readonly number[];
    freshMs: number;
    finishing: FinishingPolicy;
    weights: Weights;
  }): FindRiders =>
  async (delivery, pickup, slots, now) => {
    const candidates: Candidate[] = [];
    let reachedM = 0;
    /** How many there are in a circle of which only the nearest were read. */
    let crowd: { withinM: number; count: number } | undefined;

    /** Reads outward up to `toM` until enough can be asked; true when it has seen everybody up to there. */
    const readRing = async (toM: number): Promise<boolean> => {
      for (let limit = Math.max(KEPT_CANDIDATES, slots); ; limit *= 2) {
        const fromM = Math.max(0, reachedM - OVERLAP_M);
        const except = candidates.filter((known) => known.distanceM >= fromM - OVERLAP_M).map(({ riderId }) => riderId);
        const page = await riders.findNear({ around: pickup, fromM, toM, limit, except });
        if (page.length > 0) {
          const mayBeMore = page.length === limit && crowd?.withinM !== toM;
          const [engagements, count] = await Promise.all([
            deliveries.engagementsOf(page),
            mayBeMore ? riders.countNear(pickup, toM) : undefined,
          ]);
          if (count !== undefined) crowd = { withinM: toM, count };
          const given = { delivery, pickup, engagements, now, freshMs, finishing, weights };
          candidates.push(...judgeCandidates(page, given));
        }
        if (page.length < limit) return true;
        reachedM = candidates.at(-1)?.distanceM ?? reachedM;
        if (eligible(candidates).length >= slots) return false;
      }
    };

    let radiusM = 0;
    let sawAll = true;
    let isWaiting = false;
    for (radiusM of radiiM) {
      sawAll = await readRing(radiusM);
      if (eligible(candidates).length > 0) break;
      isWaiting = mayWait(delivery, now) && candidates.some(({ finishesInM }) => finishesInM !== undefined);
      if (isWaiting) break;
      reachedM = radiusM;
    }
    return {
      candidates,
      chosen: eligible(candidates).slice(0, slots),
      considered: sawAll ? candidates.length : (crowd?.count ?? candidates.length),
      radiusM,
      isWaiting,
    };
  };
