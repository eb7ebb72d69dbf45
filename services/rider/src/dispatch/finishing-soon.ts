import { distanceM, type Point } from '@tiffin/contracts/geo';
import type { Delivery } from '../deliveries/delivery.ts';

/** Who counts as about to finish nearby, from the configuration. */
export type FinishingPolicy = {
  /** How far from his drop-off he may still be. */
  readonly withinM: number;
  /** How far his drop-off may be from the new pickup. */
  readonly nearM: number;
  /** How long a search waits for him before it looks wider. */
  readonly waitMs: number;
};

/** How far a rider with food in his bag still has to go, if he will be free around the corner in a moment; otherwise undefined. */
export const finishesInM = (
  location: Point,
  { dropoff, pickup }: { dropoff: Point | undefined; pickup: Point },
  { withinM, nearM }: Pick<FinishingPolicy, 'withinM' | 'nearM'>,
): number | undefined => {
  if (!dropoff || distanceM(dropoff, pickup) > nearM) return undefined;
  const left = distanceM(location, dropoff);
  return left <= withinM ? Math.round(left) : undefined;
};

/** Whether a search may still wait: it has asked nobody, and has not waited its time out. */
export const mayWait = ({ wave, finisherAwaitedUntil }: Delivery, now: Date): boolean =>
  wave === 0 && (finisherAwaitedUntil === undefined || now.getTime() < Date.parse(finisherAwaitedUntil));

/** The search stays in its first radius until the rider is free, which wakes it, or until its time to wait is over. */
export const awaitFinisher = (state: Delivery, now: Date, { waitMs }: Pick<FinishingPolicy, 'waitMs'>): Delivery => {
  const until = state.finisherAwaitedUntil ?? new Date(now.getTime() + waitMs).toISOString();
  return { ...state, finisherAwaitedUntil: until, nextSearchAt: until };
};
