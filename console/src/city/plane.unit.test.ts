import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { movedTo, spotOf, standing } from './moving-dot.ts';
import { createPlane, fitting, scaleBar, toPlane, toScreen, zoomed } from './plane.ts';
import { tripProgress } from './trip-progress.ts';

const size = { width: 1_000, height: 600 };
const coordinate = fc.double({ min: -20_000, max: 20_000, noNaN: true });
const spot = fc.record({ x: coordinate, y: coordinate });
const view = fc.record({ center: spot, scale: fc.double({ min: 0.01, max: 5, noNaN: true }) });

describe('the plane', () => {
  it('is right to a few metres over a city', () => {
    const plane = createPlane({ type: 'Point', coordinates: [77.6, 12.97] });
    const { x, y } = plane({ type: 'Point', coordinates: [77.61, 12.96] });
    expect(x).toBeCloseTo(1_084.8, 0);
    expect(y).toBeCloseTo(1_113.2, 0);
  });

  it('comes back from the screen to where it was', () => {
    fc.assert(
      fc.property(view, spot, (seen, place) => {
        const there = toPlane(seen, size, toScreen(seen, size, place));
        expect(Math.hypot(there.x - place.x, there.y - place.y)).toBeLessThan(
          1e-6 * (1 + Math.abs(place.x) + Math.abs(place.y)),
        );
      }),
    );
  });

  it('keeps what is under the pointer under it while it zooms', () => {
    const pointer = fc.record({ x: fc.integer({ min: 0, max: 1_000 }), y: fc.integer({ min: 0, max: 600 }) });
    fc.assert(
      fc.property(view, pointer, fc.double({ min: 0.2, max: 5, noNaN: true }), (seen, at, factor) => {
        const under = toPlane(seen, size, at);
        const after = toScreen(zoomed(seen, size, at, factor), size, under);
        expect(Math.hypot(after.x - at.x, after.y - at.y)).toBeLessThan(0.01);
      }),
    );
  });

  it('fits whatever there is into the screen', () => {
    fc.assert(
      fc.property(fc.array(spot, { minLength: 1, maxLength: 20 }), (spots) => {
        const seen = fitting(spots, size);
        if (!seen) throw new Error('nothing was fitted');
        for (const place of spots) {
          const { x, y } = toScreen(seen, size, place);
          expect(x).toBeGreaterThan(0);
          expect(x).toBeLessThan(size.width);
          expect(y).toBeGreaterThan(0);
          expect(y).toBeLessThan(size.height);
        }
      }),
    );
    expect(fitting([], size)).toBeUndefined();
  });

  it('has a scale bar of a round length that is not wider than asked', () => {
    expect(scaleBar(0.2, 140)).toEqual({ metres: 500, px: 100 });
    expect(scaleBar(2, 140).metres).toBe(50);
  });
});

describe('a moving dot', () => {
  it('glides to where it was reported and stays there', () => {
    const dot = movedTo(standing({ x: 0, y: 0 }), { x: 100, y: 0 }, 1_000, 2_000);
    expect(spotOf(dot, 1_000).x).toBe(0);
    expect(spotOf(dot, 2_000).x).toBe(50);
    expect(spotOf(dot, 9_000).x).toBe(100);
  });

  it('turns on its way without a jump', () => {
    const first = movedTo(standing({ x: 0, y: 0 }), { x: 100, y: 0 }, 0, 1_000);
    const second = movedTo(first, { x: 100, y: 100 }, 500, 1_000);
    expect(spotOf(second, 500)).toEqual(spotOf(first, 500));
  });

  it('does not glide where nobody saw it go', () => {
    const dot = movedTo(standing({ x: 0, y: 0 }), { x: 5_000, y: 0 }, 0, 1_000);
    expect(spotOf(dot, 1).x).toBe(5_000);
  });
});

it('a trip is done by as much as its rider has come along the way, never less than nothing nor more than all', () => {
  const [kitchen, door] = [
    { x: 0, y: 0 },
    { x: 10, y: 0 },
  ];
  expect(tripProgress(kitchen, door, { x: 4, y: 7 })).toBe(0.4);
  expect(tripProgress(kitchen, door, { x: -5, y: 0 })).toBe(0);
  expect(tripProgress(kitchen, door, { x: 50, y: 0 })).toBe(1);
  expect(tripProgress(kitchen, kitchen, door)).toBe(1);
});
