import { SECOND } from '@tiffin/platform/clock';
import { createRandom, type Random } from '../random.ts';

export const FAULTS = [
  'kill-service',
  'pause-store',
  'stop-broker',
  'duplicate-webhooks',
  'lose-webhooks',
  'reorder-webhooks',
  'double-taps',
] as const;
export type FaultKind = (typeof FAULTS)[number];

export const isFaultKind = (name: string): name is FaultKind => FAULTS.some((fault) => fault === name);

const SERVICES = ['restaurant', 'rider', 'realtime', 'utils'] as const;
export type Victim = (typeof SERVICES)[number];

/** One fault, so long after the first customer, and for how long. */
export type PlannedFault = { readonly atMs: number } & (
  | { readonly kind: 'kill-service'; readonly service: Victim }
  | { readonly kind: 'duplicate-webhooks'; readonly forMs: number; readonly copies: number }
  | { readonly kind: Exclude<FaultKind, 'kill-service' | 'duplicate-webhooks'>; readonly forMs: number }
);

/** The faults have to meet somebody: a run of few orders is troubled at least for so long. */
const SHORTEST_WINDOW_MS = 20 * SECOND;
const KILL_EVERY_MS = 15 * SECOND;
const FEWEST_KILLS = 3;
const MOST_KILLS = 20;
const FREEZE_EVERY_MS = 60 * SECOND;
const MOST_FREEZES = 5;

/** So long the faults go on: while customers order. */
export const windowMsOf = ({
  orders,
  ordersPerMinute,
  speed,
}: {
  orders: number;
  ordersPerMinute: number;
  speed: number;
}): number => Math.max(SHORTEST_WINDOW_MS, ((orders / ordersPerMinute) * 60 * SECOND) / speed);

/**
 * Which fault happens when, in order. The seed decides; each kind has numbers of its own, so that one more kind moves none of the others.
 * What happens several times is spread over the window and never all at once.
 */
export const planFaults = ({
  kinds,
  seed,
  windowMs,
}: {
  kinds: readonly FaultKind[];
  seed: number;
  windowMs: number;
}): readonly PlannedFault[] =>
  kinds
    .flatMap((kind) => planned(kind, createRandom(seed * 1_000_003 + 7 * 100_003 + FAULTS.indexOf(kind)), windowMs))
    .toSorted((one, other) => one.atMs - other.atMs);

const planned = (kind: FaultKind, random: Random, windowMs: number): PlannedFault[] => {
  switch (kind) {
    case 'kill-service':
      return spread(random, windowMs, Math.max(FEWEST_KILLS, Math.min(MOST_KILLS, windowMs / KILL_EVERY_MS))).map(
        (atMs) => ({ kind, atMs, service: random.pick(SERVICES) }),
      );
    case 'pause-store':
    case 'stop-broker':
      return spread(random, windowMs, Math.max(1, Math.min(MOST_FREEZES, windowMs / FREEZE_EVERY_MS))).map((atMs) => ({
        kind,
        atMs,
        forMs: random.between(1, 4) * SECOND,
      }));
    case 'duplicate-webhooks':
      return [{ kind, ...stretch(random, windowMs), copies: 1 + random.index(3) }];
    case 'lose-webhooks':
    case 'reorder-webhooks':
      return [{ kind, ...stretch(random, windowMs) }];
    case 'double-taps':
      // From some moment on, to the end.
      return [{ kind, atMs: random.between(0, 0.2) * windowMs, forMs: Number.POSITIVE_INFINITY }];
  }
};

const spread = (random: Random, windowMs: number, count: number): number[] => {
  const times = Math.floor(count);
  return Array.from({ length: times }, (_, index) => ((index + random.unit()) / times) * windowMs);
};

/** About half of the window, somewhere in it. */
const stretch = (random: Random, windowMs: number) => ({
  atMs: random.between(0, 0.3) * windowMs,
  forMs: random.between(0.4, 0.6) * windowMs,
});
