import type { Point } from '@tiffin/contracts/geo';

/** The radius by which MongoDB turns metres into radians. */
const EARTH_RADIUS_M = 6_378_100;
const DEGREE = Math.PI / 180;
const METRES_A_DEGREE = EARTH_RADIUS_M * DEGREE;
/** What a flat cell may lie about the globe, so that a ring is never taken for farther away than it is. */
const SURELY = 0.999;
const NOWHERE = -1;

export type Grid = {
  /** Puts a rider where he is now. */
  put(rider: number, at: Point): void;
  /** A rider who cannot be asked is not in it: a deletion, not a filter. */
  remove(rider: number): void;
  /** The `count` nearest riders within `reachM`, nearest first; of equally near ones the lower number. */
  nearest(to: Point, count: number, reachM: number): readonly number[];
};

/**
 * Riders in square cells of a city, in typed arrays: 44 bytes each. Looks outward ring by ring, until no rider outside what it has seen
 * can be nearer than those it has.
 */
export const createGrid = ({
  corners: [southWest, northEast],
  cellM,
  riders,
}: {
  /** Who is outside belongs to the cell at the edge. */
  corners: readonly [Point, Point];
  cellM: number;
  riders: number;
}): Grid => {
  const [west, south] = southWest.coordinates;
  const [east, north] = northEast.coordinates;
  // As wide in degrees as a cell is where degrees are shortest: elsewhere cells are wider, never narrower.
  const shortest = Math.cos(Math.max(Math.abs(south), Math.abs(north)) * DEGREE);
  const latStep = cellM / METRES_A_DEGREE;
  const lngStep = cellM / (METRES_A_DEGREE * shortest);
  const columns = Math.max(1, Math.ceil((east - west) / lngStep));
  const rows = Math.max(1, Math.ceil((north - south) / latStep));

  const xs = new Float64Array(riders);
  const ys = new Float64Array(riders);
  const zs = new Float64Array(riders);
  const cells = new Int32Array(riders).fill(NOWHERE);
  const nexts = new Int32Array(riders).fill(NOWHERE);
  const before = new Int32Array(riders).fill(NOWHERE);
  const firsts = new Int32Array(columns * rows).fill(NOWHERE);

  const columnOf = (lng: number) => Math.min(columns - 1, Math.max(0, Math.floor((lng - west) / lngStep)));
  const rowOf = (lat: number) => Math.min(rows - 1, Math.max(0, Math.floor((lat - south) / latStep)));

  const remove = (rider: number) => {
    const cell = cells[rider] ?? NOWHERE;
    if (cell === NOWHERE) return;
    const [previous, next] = [before[rider] ?? NOWHERE, nexts[rider] ?? NOWHERE];
    if (previous === NOWHERE) firsts[cell] = next;
    else nexts[previous] = next;
    if (next !== NOWHERE) before[next] = previous;
    cells[rider] = NOWHERE;
  };

  const put = (rider: number, { coordinates: [lng, lat] }: Point) => {
    const flat = Math.cos(lat * DEGREE);
    xs[rider] = flat * Math.cos(lng * DEGREE);
    ys[rider] = flat * Math.sin(lng * DEGREE);
    zs[rider] = Math.sin(lat * DEGREE);
    const cell = rowOf(lat) * columns + columnOf(lng);
    if (cells[rider] === cell) return;
    remove(rider);
    const first = firsts[cell] ?? NOWHERE;
    cells[rider] = cell;
    before[rider] = NOWHERE;
    nexts[rider] = first;
    if (first !== NOWHERE) before[first] = rider;
    firsts[cell] = rider;
  };

  const nearest = ({ coordinates: [lng, lat] }: Point, count: number, reachM: number): readonly number[] => {
    const flat = Math.cos(lat * DEGREE);
    const x = flat * Math.cos(lng * DEGREE);
    const y = flat * Math.sin(lng * DEGREE);
    const z = Math.sin(lat * DEGREE);
    const column = columnOf(lng);
    const row = rowOf(lat);
    const found: number[] = [];
    /** The squares of the chords, which are in the order of the distances and cost no sine. */
    const chords: number[] = [];
    const reach = squareOfChord(reachM);

    const look = (cell: number) => {
      for (let rider = firsts[cell] ?? NOWHERE; rider !== NOWHERE; rider = nexts[rider] ?? NOWHERE) {
        const [dx, dy, dz] = [(xs[rider] ?? 0) - x, (ys[rider] ?? 0) - y, (zs[rider] ?? 0) - z];
        const chord = dx * dx + dy * dy + dz * dz;
        if (chord > reach || (found.length === count && chord > (chords[count - 1] ?? 0))) continue;
        let place = found.length;
        while (place > 0 && isAfter(chords[place - 1] ?? 0, found[place - 1] ?? 0, chord, rider)) place -= 1;
        if (place === count) continue;
        for (let index = Math.min(found.length, count - 1); index > place; index -= 1) {
          found[index] = found[index - 1] ?? 0;
          chords[index] = chords[index - 1] ?? 0;
        }
        found[place] = rider;
        chords[place] = chord;
      }
    };
    const lookAlong = (inRow: number, from: number, to: number, step: number) => {
      if (inRow < 0 || inRow >= rows) return;
      for (let at = from; at <= to; at += step) if (at >= 0 && at < columns) look(inRow * columns + at);
    };

    const rings = Math.min(Math.ceil(reachM / (cellM * SURELY)), Math.max(columns, rows));
    for (let ring = 0; ring <= rings; ring += 1) {
      lookAlong(row - ring, column - ring, column + ring, 1);
      for (let side = row - ring + 1; side < row + ring; side += 1)
        lookAlong(side, column - ring, column + ring, 2 * ring);
      if (ring > 0) lookAlong(row + ring, column - ring, column + ring, 1);
      if (found.length === count && (chords[count - 1] ?? 0) < squareOfChord(ring * cellM * SURELY)) break;
    }
    return found;
  };

  return { put, remove, nearest };
};

const squareOfChord = (distanceM: number): number => (2 * Math.sin(distanceM / (2 * EARTH_RADIUS_M))) ** 2;

const isAfter = (chord: number, rider: number, otherChord: number, otherRider: number): boolean =>
  chord > otherChord || (chord === otherChord && rider > otherRider);
