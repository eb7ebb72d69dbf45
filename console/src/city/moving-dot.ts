import type { Spot } from './plane.ts';

/** Something on the move: it glides from where it was drawn last to where it was reported, in the time a report usually takes. */
export type MovingDot = {
  readonly from: Spot;
  readonly to: Spot;
  readonly leftAtMs: number;
  readonly takesMs: number;
};

/** Farther than this it was not seen on its way, and gliding there would be a lie. */
const LONGEST_GLIDE_M = 400;
const LONGEST_MS = 5_000;
const SHORTEST_MS = 300;

export const standing = (at: Spot): MovingDot => ({ from: at, to: at, leftAtMs: 0, takesMs: 1 });

export const spotOf = ({ from, to, leftAtMs, takesMs }: MovingDot, nowMs: number): Spot => {
  const done = Math.min(1, Math.max(0, (nowMs - leftAtMs) / takesMs));
  return { x: from.x + (to.x - from.x) * done, y: from.y + (to.y - from.y) * done };
};

/** The dot after a report. `sinceLastMs` is how long ago the report before it was. */
export const movedTo = (dot: MovingDot, to: Spot, nowMs: number, sinceLastMs: number): MovingDot => {
  const from = spotOf(dot, nowMs);
  if (Math.hypot(to.x - from.x, to.y - from.y) > LONGEST_GLIDE_M) return standing(to);
  return { from, to, leftAtMs: nowMs, takesMs: Math.min(LONGEST_MS, Math.max(SHORTEST_MS, sinceLastMs)) };
};
