import { distanceM, type Point } from '@tiffin/contracts/geo';
import type { Exclusion, SearchDecision } from '@tiffin/contracts/rider-api';
import type { Engagements } from '../deliveries/delivery.store.ts';
import { type Delivery, isOpenOffer } from '../deliveries/delivery.ts';
import type { NearbyRider } from '../riders/rider.store.ts';
import { type FinishingPolicy, finishesInM } from './finishing-soon.ts';
import { score } from './score.ts';

/** A rider on duty near the pickup, and what the search makes of him. */
export type Candidate = NearbyRider & {
  readonly distanceM: number;
  readonly score: number;
  readonly excluded?: Exclusion;
  /** He is busy, and will be free nearby after so many metres. */
  readonly finishesInM?: number;
};

/** How many candidates a decision keeps. */
export const KEPT_CANDIDATES = 50;

/** Why riders cannot be asked again in this search. Whoever has its offer before him counts as busy with it. */
const exclusionsOf = ({ offers }: Delivery): ReadonlyMap<string, Exclusion> => {
  const exclusions = new Map<string, Exclusion>();
  for (const offer of offers) {
    if (isOpenOffer(offer)) exclusions.set(offer.riderId, 'busy');
    else if (offer.status === 'declined' || offer.status === 'expired' || offer.status === 'released')
      exclusions.set(offer.riderId, offer.status);
  }
  return exclusions;
};

/**
 * Judges riders for one delivery: who has refused it, who has a job, whose position is older than `freshMs`, and how good the others are.
 * What is known of them may be a moment old: that costs a refused accept, never a second job.
 */
export const judgeCandidates = (
  riders: readonly NearbyRider[],
  {
    delivery,
    pickup,
    engagements,
    now,
    freshMs,
    finishing,
  }: {
    delivery: Delivery;
    pickup: Point;
    engagements: Engagements;
    now: Date;
    freshMs: number;
    finishing: FinishingPolicy;
  },
): readonly Candidate[] => {
  const refused = exclusionsOf(delivery);
  const exclusionOf = ({ riderId, at }: NearbyRider): Exclusion | undefined => {
    if (refused.has(riderId)) return refused.get(riderId);
    if (engagements.busy.has(riderId)) return 'busy';
    return now.getTime() - at.getTime() > freshMs ? 'stale' : undefined;
  };
  return riders.map((rider) => {
    const away = Math.round(distanceM(pickup, rider.location));
    const excluded = exclusionOf(rider);
    const rated = score({ distanceM: away, isThinking: engagements.thinking.has(rider.riderId) });
    const isFresh = now.getTime() - rider.at.getTime() <= freshMs;
    const dropoff = excluded === 'busy' && isFresh ? engagements.dropoffs.get(rider.riderId) : undefined;
    const left = finishesInM(rider.location, { dropoff, pickup }, finishing);
    return {
      ...rider,
      distanceM: away,
      score: rated,
      ...(excluded && { excluded }),
      ...(left !== undefined && { finishesInM: left }),
    };
  });
};

/** Those who can be asked, best first. */
export const eligible = (candidates: readonly Candidate[]): readonly Candidate[] =>
  candidates.filter(({ excluded }) => !excluded).toSorted((one, other) => other.score - one.score);

/** The record of one step of the search: its nearest candidates, and whoever was chosen from farther out. */
export const decisionOf = (
  { candidates, chosen, considered, radiusM }: Findings,
  wave: number,
  now: Date,
): SearchDecision => ({
  at: now.toISOString(),
  wave,
  radiusM,
  considered,
  candidates: candidates
    .filter((candidate, index) => index < KEPT_CANDIDATES || chosen.includes(candidate))
    .map(({ riderId, distanceM: away, score: rated, excluded, finishesInM: left }) => ({
      riderId,
      distanceM: away,
      score: rated,
      ...(excluded && { excluded }),
      ...(left !== undefined && { finishesInM: left }),
    })),
  offered: chosen.map(({ riderId }) => riderId),
});

/** What one step of the search has found. */
export type Findings = {
  /** Every rider looked at, nearest first. */
  readonly candidates: readonly Candidate[];
  /** Those to ask, best first. */
  readonly chosen: readonly Candidate[];
  readonly considered: number;
  readonly radiusM: number;
  /** Nobody can be asked within the first radius, and somebody there is about to be free. */
  readonly isWaiting: boolean;
};
