import type { Point } from '@tiffin/contracts/geo';
import { hasMoved, KEEP_AGAIN_MS } from './worth-keeping.ts';

/** Where a rider was; `at` is by his own clock. */
export type TrailPoint = { readonly at: Date; readonly location: Point };

/** Most points a trail keeps: about an hour and a half on a scooter, then half of them, and so on. */
export const TRAIL_POINTS = 2_000;

/** What a trail that ends with `last` keeps of the points after it: those where he had moved, and one every 10 s while he stands. */
export const worthKeeping = (last: TrailPoint | undefined, points: readonly TrailPoint[]): readonly TrailPoint[] => {
  const kept: TrailPoint[] = [];
  let before = last;
  for (const point of points) {
    const isSame =
      before && !hasMoved(before.location, point.location) && point.at.getTime() - before.at.getTime() < KEEP_AGAIN_MS;
    if (isSame) continue;
    kept.push(point);
    before = point;
  }
  return kept;
};

/** A trail that has become too long, without every second point; where it began and where it ends stay. */
export const withinBounds = <Item>(points: readonly Item[], most = TRAIL_POINTS): readonly Item[] =>
  points.length <= most
    ? points
    : withinBounds(
        points.filter((_, index) => index % 2 === 0 || index === points.length - 1),
        most,
      );
