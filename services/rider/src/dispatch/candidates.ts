import { distanceM, type Point } from '@tiffin/contracts/geo';
import type { Exclusion, SearchDecision, ToldDecision } from '@tiffin/contracts/rider-api';
import { SECOND } from '@tiffin/platform/clock';
import type { Engagements } from '../deliveries/delivery.store.ts';
import { type Delivery, isOpenOffer, type MadeOffer } from '../deliveries/delivery.ts';
import type { NearbyRider } from '../riders/rider.store.ts';
import { type FinishingPolicy, finishesInM } from './finishing-soon.ts';
import { acceptanceOf, idleSOf } from './rider-record.ts';
import { byScore, type Rating, score, type Weights } from './score.ts';

/** A rider on duty near the pickup, and what the search makes of him. */
export type Candidate = NearbyRider &
  Rating & {
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
    weights,
  }: {
    delivery: Delivery;
    pickup: Point;
    engagements: Engagements;
    now: Date;
    freshMs: number;
    finishing: FinishingPolicy;
    weights: Weights;
  },
): readonly Candidate[] => {
  const refused = exclusionsOf(delivery);
  const exclusionOf = ({ riderId, at }: NearbyRider): Exclusion | undefined => {
    if (refused.has(riderId)) return refused.get(riderId);
    if (engagements.busy.has(riderId)) return 'busy';
    return now.getTime() - at.getTime() > freshMs ? 'stale' : undefined;
  };
  return riders.map((rider) => {
    const excluded = exclusionOf(rider);
    const rating: Rating = {
      distanceM: Math.round(distanceM(pickup, rider.location)),
      ageS: (now.getTime() - rider.at.getTime()) / SECOND,
      idleS: idleSOf(rider.record, now),
      acceptance: acceptanceOf(rider.record),
      isThinking: engagements.thinking.has(rider.riderId),
    };
    const isFresh = now.getTime() - rider.at.getTime() <= freshMs;
    const dropoff = excluded === 'busy' && isFresh ? engagements.dropoffs.get(rider.riderId) : undefined;
    const left = finishesInM(rider.location, { dropoff, pickup }, finishing);
    return {
      ...rider,
      ...rating,
      score: score(rating, weights),
      ...(excluded && { excluded }),
      ...(left !== undefined && { finishesInM: left }),
    };
  });
};

/** Those who can be asked, best first. */
export const eligible = (candidates: readonly Candidate[]): readonly Candidate[] =>
  candidates.filter(({ excluded }) => !excluded).toSorted(byScore);

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
    .map(shownCandidate),
  offered: chosen.map(({ riderId }) => riderId),
});

/** A candidate as a decision keeps him: who could be asked with what his score was made of, who could not with the reason. */
const shownCandidate = (candidate: Candidate): SearchDecision['candidates'][number] => {
  const { riderId, distanceM: away, score: rated, excluded, ageS, idleS, acceptance, isThinking } = candidate;
  const { finishesInM: left } = candidate;
  if (excluded)
    return { riderId, distanceM: away, score: rated, excluded, ...(left !== undefined && { finishesInM: left }) };
  return {
    riderId,
    distanceM: away,
    score: rated,
    ageS: Math.round(ageS),
    ...(idleS !== undefined && { idleS: Math.round(idleS) }),
    acceptance: Math.round(acceptance * PERCENT) / PERCENT,
    ...(isThinking && { isThinking }),
  };
};
const PERCENT = 100;

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

/** Decisions with what has become of the offers each made: the offers know it themselves, so it is never written twice. */
export const withOutcomes = (
  decisions: readonly SearchDecision[],
  offers: readonly Pick<MadeOffer, 'riderId' | 'wave' | 'status'>[],
): readonly ToldDecision[] =>
  decisions.map((made) => ({
    ...made,
    outcomes: offers.flatMap(({ riderId, wave, status }) =>
      wave === made.wave && made.offered.includes(riderId) ? [{ riderId, state: status }] : [],
    ),
  }));
