import type { Point } from '@tiffin/contracts/geo';
import type { Random } from '../dispatch/random.ts';

/** A city of about 30 by 30 km, in degrees. */
const CITY = { west: 77.45, south: 12.83, side: 0.27 };
export const CORNERS: readonly [Point, Point] = [
  { type: 'Point', coordinates: [CITY.west, CITY.south] },
  { type: 'Point', coordinates: [CITY.west + CITY.side, CITY.south + CITY.side] },
];
const HOT_SPOTS = 20;
const AT_HOT_SPOTS = 0.7;
const SPREAD = 0.012;

/** Places where riders and kitchens are: most of them in the quarters where people eat. */
export const placesIn = (random: Random): (() => Point) => {
  const anywhere = (): [number, number] => [
    CITY.west + random.next() * CITY.side,
    CITY.south + random.next() * CITY.side,
  ];
  const spots = Array.from({ length: HOT_SPOTS }, anywhere);
  return () => {
    const [lng, lat] = spots[Math.floor(random.next() * HOT_SPOTS)] ?? anywhere();
    const isHot = random.next() < AT_HOT_SPOTS;
    const coordinates: Point['coordinates'] = isHot
      ? [lng + random.normal() * SPREAD, lat + random.normal() * SPREAD]
      : anywhere();
    return { type: 'Point', coordinates };
  };
};
