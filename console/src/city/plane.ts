import type { Point } from '@tiffin/contracts/geo';

/** Metres east and south of the city's origin: what a screen has to the right and downwards. */
export type Spot = { readonly x: number; readonly y: number };

const METRES_PER_DEGREE = 111_319;

/** A flat map around one point. Good to a few metres over a city. */
export const createPlane = ({ coordinates: [lng, lat] }: Point) => {
  const perDegreeEast = METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
  return ({ coordinates: [atLng, atLat] }: Point): Spot => ({
    x: (atLng - lng) * perDegreeEast,
    y: (lat - atLat) * METRES_PER_DEGREE,
  });
};
export type Plane = ReturnType<typeof createPlane>;

/** What part of the plane is seen: its middle, and how many pixels a metre takes. */
export type View = { readonly center: Spot; readonly scale: number };
export type Size = { readonly width: number; readonly height: number };

export const toScreen = ({ center, scale }: View, { width, height }: Size, { x, y }: Spot): Spot => ({
  x: width / 2 + (x - center.x) * scale,
  y: height / 2 + (y - center.y) * scale,
});

export const toPlane = ({ center, scale }: View, { width, height }: Size, { x, y }: Spot): Spot => ({
  x: center.x + (x - width / 2) / scale,
  y: center.y + (y - height / 2) / scale,
});

/** From a whole country on a telephone to a house on a wall of screens. */
const SCALES = { least: 0.0005, most: 20 };

/** Zooms by a factor and keeps what is under the pointer under it. */
export const zoomed = (view: View, size: Size, at: Spot, factor: number): View => {
  const scale = Math.min(SCALES.most, Math.max(SCALES.least, view.scale * factor));
  const under = toPlane(view, size, at);
  const moved = toPlane({ center: view.center, scale }, size, at);
  return { scale, center: { x: view.center.x + under.x - moved.x, y: view.center.y + under.y - moved.y } };
};

const MARGIN_PX = 40;

/** Shows all of these; undefined when there is nothing to show. */
export const fitting = (spots: readonly Spot[], { width, height }: Size): View | undefined => {
  if (spots.length === 0) return undefined;
  let [left, right, top, bottom] = [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  for (const { x, y } of spots) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  const scale = Math.min(
    (Math.max(width, 3 * MARGIN_PX) - 2 * MARGIN_PX) / Math.max(right - left, 200),
    (Math.max(height, 3 * MARGIN_PX) - 2 * MARGIN_PX) / Math.max(bottom - top, 200),
  );
  return { center: { x: (left + right) / 2, y: (top + bottom) / 2 }, scale: Math.max(SCALES.least, scale) };
};

/** A length for a scale bar: 1, 2 or 5 times a power of ten, at most `widestPx` wide. */
export const scaleBar = (scale: number, widestPx: number): { metres: number; px: number } => {
  const most = widestPx / scale;
  const power = 10 ** Math.floor(Math.log10(most));
  const times = [5, 2, 1].find((factor) => factor * power <= most) ?? 1;
  return { metres: times * power, px: times * power * scale };
};
