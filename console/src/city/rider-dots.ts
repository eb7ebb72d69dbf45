import type { RiderState } from './city.ts';

const RADIUS_PX = 4.5;
/** Half the side of a stamp: the dot and room for its soft edge. */
const HALF_PX = 6;
const FULL_TURN = 2 * Math.PI;
const STALE_OPACITY = 0.3;
const OFFLINE_OPACITY = 0.4;

type Stamp = Readonly<Record<'fresh' | 'stale', HTMLCanvasElement>>;
export type RiderDots = {
  draw(canvas: CanvasRenderingContext2D, state: RiderState, isStale: boolean, x: number, y: number): void;
};

/**
 * A dot of each state, painted once and then only copied: a circle drawn anew for each of 2,000 riders takes a frame's time by itself where
 * no graphics card helps.
 */
export const createRiderDots = (colours: Readonly<Record<RiderState, string>>, sharpness: number): RiderDots => {
  const paint = (colour: string, opacity: number): HTMLCanvasElement => {
    const stamp = document.createElement('canvas');
    stamp.width = Math.ceil(2 * HALF_PX * sharpness);
    stamp.height = stamp.width;
    const context = stamp.getContext('2d');
    if (!context) return stamp;
    context.scale(sharpness, sharpness);
    context.globalAlpha = opacity;
    context.fillStyle = colour;
    context.beginPath();
    context.arc(HALF_PX, HALF_PX, RADIUS_PX, 0, FULL_TURN);
    context.fill();
    return stamp;
  };
  const stampOf = (state: RiderState): Stamp => ({
    fresh: paint(colours[state], state === 'offline' ? OFFLINE_OPACITY : 1),
    stale: paint(colours[state], STALE_OPACITY),
  });
  const stamps: Readonly<Record<RiderState, Stamp>> = {
    free: stampOf('free'),
    offered: stampOf('offered'),
    'to-kitchen': stampOf('to-kitchen'),
    carrying: stampOf('carrying'),
    offline: stampOf('offline'),
  };
  const side = 2 * HALF_PX;
  return {
    draw: (canvas, state, isStale, x, y) => {
      const { fresh, stale } = stamps[state];
      // At whole pixels a copy needs no blending of neighbours.
      const left = Math.round((x - HALF_PX) * sharpness) / sharpness;
      const top = Math.round((y - HALF_PX) * sharpness) / sharpness;
      canvas.drawImage(isStale ? stale : fresh, left, top, side, side);
    },
  };
};
