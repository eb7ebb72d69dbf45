import fc from 'fast-check';
import type { Collection, WithId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { distanceBetween } from './geo/sphere.ts';
import { startTemporaryStore } from './temporary-store.fixture.ts';

type Position = [number, number];

const anywhere = fc.tuple(
  fc.oneof(fc.double({ min: -180, max: 180, noNaN: true }), fc.constantFrom(-180, 180, 179.999, -179.999, 0)),
  fc.oneof(fc.double({ min: -90, max: 90, noNaN: true }), fc.constantFrom(-90, 90, 89.999, -89.999, 0)),
);

/** Crowds where flat geometry goes wrong: the antimeridian, both poles, the null point. */
const crowded = fc
  .tuple(
    fc.constantFrom<Position>([180, 0], [-180, 60], [0, 90], [45, -90], [0, 0], [77.6, 12.97]),
    fc.double({ min: -0.05, max: 0.05, noNaN: true }),
    fc.double({ min: -0.05, max: 0.05, noNaN: true }),
  )
  .map(
    ([[lng, lat], east, north]): Position => [
      ((((lng + east + 180) % 360) + 360) % 360) - 180,
      Math.max(-90, Math.min(90, lat + north)),
    ],
  );

const position = fc.oneof(anywhere, crowded);

const pointAt = (coordinates: Position) => ({ type: 'Point' as const, coordinates });
const asPoint = ([lng, lat]: Position) => ({ lng, lat });

/** How often a property draws a city, its centre and its limits. */
const CITIES = process.env.TIFFIN_LONG ? 3_000 : 150;

type Rider = { _id: number; free: boolean; at: ReturnType<typeof pointAt> };
type Search = { center: Position; minimum: number; maximum: number | undefined; limit: number };

const search: fc.Arbitrary<Search> = fc.record({
  center: position,
  minimum: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 5_000, noNaN: true })),
  maximum: fc.oneof(fc.constant(undefined), fc.double({ min: 0, max: 30_000, noNaN: true })),
  limit: fc.integer({ min: 1, max: 70 }),
});

/** One search in the three ways MongoDB has for it; each with a filter beside it. */
const WAYS: Record<string, (riders: Collection<Rider>, wanted: Search) => Promise<WithId<Rider>[]>> = {
  $near: (riders, { center, minimum, maximum, limit }) =>
    riders
      .find({ free: true, at: { $near: { $geometry: pointAt(center), ...bounds('$', minimum, maximum) } } })
      .limit(limit)
      .toArray(),
  $nearSphere: (riders, { center, minimum, maximum, limit }) =>
    riders
      .find({ free: true, at: { $nearSphere: { $geometry: pointAt(center), ...bounds('$', minimum, maximum) } } })
      .limit(limit)
      .toArray(),
  $geoNear: (riders, { center, minimum, maximum, limit }) => {
    const stage = { near: pointAt(center), distanceField: 'd', query: { free: true }, ...bounds('', minimum, maximum) };
    return riders.aggregate<WithId<Rider>>([{ $geoNear: stage }, { $limit: limit }]).toArray();
  },
};

const bounds = (prefix: string, minimum: number, maximum: number | undefined) => ({
  [`${prefix}minDistance`]: minimum,
  ...(maximum === undefined ? {} : { [`${prefix}maxDistance`]: maximum }),
});

describe.each([
  ['a whole index', {}],
  ['a partial index', { partialFilterExpression: { free: true } }],
])('searches by distance, through %s', (_name, options) => {
  it('find what a measurement of every document finds, in the same order', async () => {
    const { database } = await startTemporaryStore();
    const riders = database.collection<Rider>('riders');
    await riders.createIndex({ at: '2dsphere' }, options);
    await fc.assert(
      fc.asyncProperty(fc.array(position, { minLength: 1, maxLength: 60 }), search, async (positions, wanted) => {
        await riders.deleteMany({});
        const documents = positions.map((coordinates, _id) => ({ _id, free: _id % 3 > 0, at: pointAt(coordinates) }));
        await riders.insertMany(documents);
        const { center, minimum, maximum, limit } = wanted;
        const away = ({ at }: Rider) => distanceBetween(asPoint(center), asPoint(at.coordinates));
        const distances = documents
          .filter(({ free }) => free)
          .map(away)
          .filter((distance) => distance >= minimum && distance <= (maximum ?? Number.POSITIVE_INFINITY))
          .sort((a, b) => a - b)
          .slice(0, limit);
        for (const [way, find] of Object.entries(WAYS)) {
          expect((await find(riders, wanted)).map(away), way).toEqual(distances);
        }
      }),
      { numRuns: CITIES },
    );
  });
});

describe('$near', () => {
  it('uses a partial index, which follows the documents in and out', async () => {
    const { database } = await startTemporaryStore();
    const riders = database.collection('riders');
    await riders.createIndex({ at: '2dsphere' }, { partialFilterExpression: { status: 'free' } });
    const { insertedId } = await riders.insertOne({ status: 'free', at: pointAt([77.6, 12.97]) });
    const near = { $near: { $geometry: pointAt([77.61, 12.97]), $maxDistance: 5_000 } };
    expect(await riders.find({ status: 'free', at: near }).toArray()).toHaveLength(1);
    await riders.updateOne({ _id: insertedId }, { $set: { status: 'busy' } });
    expect(await riders.find({ status: 'free', at: near }).toArray()).toHaveLength(0);
    await riders.updateOne({ _id: insertedId }, { $set: { status: 'free', at: pointAt([10, 10]) } });
    expect(await riders.find({ status: 'free', at: near }).toArray()).toHaveLength(0);
    await expect(riders.find({ at: near }).toArray()).rejects.toMatchObject({ code: 291 });
  });

  it('measures as MongoDB does, the greatest distance included', async () => {
    const { database } = await startTemporaryStore();
    const rows = database.collection('rows');
    await rows.createIndex({ at: '2dsphere' });
    await rows.insertOne({ at: pointAt([1, 0]) });
    const stage = { $geoNear: { near: pointAt([0, 0]), distanceField: 'distance', spherical: true } };
    const [found] = await rows.aggregate([stage]).toArray();
    expect(found?.distance).toBeCloseTo((6_378_100 * Math.PI) / 180, 6);
    const within = (metres: number) =>
      rows.find({ at: { $nearSphere: { $geometry: pointAt([0, 0]), $maxDistance: metres } } }).toArray();
    expect(await within(found?.distance)).toHaveLength(1);
    expect(await within(found?.distance - 0.001)).toHaveLength(0);
  });

  it('refuses positions that are none', async () => {
    const { database } = await startTemporaryStore();
    const rows = database.collection('rows');
    await rows.createIndex({ at: '2dsphere' });
    await expect(rows.insertOne({ at: pointAt([181, 0]) })).rejects.toMatchObject({ code: 16755 });
    await expect(rows.insertOne({ at: 'here' })).rejects.toMatchObject({ code: 16755 });
    await rows.insertOne({ other: 1 });
  });
});

describe('$geoWithin', () => {
  it('finds in circles, boxes and polygons what a test of every document finds, with and without index', async () => {
    const { database } = await startTemporaryStore();
    const indexed = database.collection<{ _id: number; at: ReturnType<typeof pointAt> }>('indexed');
    const plain = database.collection<{ _id: number; at: ReturnType<typeof pointAt> }>('plain');
    await indexed.createIndex({ at: '2dsphere' });
    const spots = fc.sample(position, { numRuns: 400, seed: 5 });
    const documents = spots.map((coordinates, _id) => ({ _id, at: pointAt(coordinates) }));
    await indexed.insertMany(documents);
    await plain.insertMany(documents);
    const square = (lng: number, lat: number, half: number): Position[] => [
      [lng - half, lat - half],
      [lng + half, lat - half],
      [lng + half, lat + half],
      [lng - half, lat + half],
      [lng - half, lat - half],
    ];
    const shapes = [
      { $centerSphere: [[180, 0], 0.0005] },
      { $centerSphere: [[0, 90], 0.0005] },
      {
        $box: [
          [-1, -1],
          [1, 1],
        ],
      },
      {
        $box: [
          [100, -90],
          [180, 90],
        ],
      },
      { $polygon: square(77.6, 12.97, 0.03) },
      { $geometry: { type: 'Polygon', coordinates: [square(77.6, 12.97, 0.03)] } },
      { $geometry: { type: 'Polygon', coordinates: [square(0, 0, 20), square(0, 0, 0.01)] } },
    ];
    for (const shape of shapes) {
      const filter = { at: { $geoWithin: shape } };
      const found = await indexed.find(filter).sort({ _id: 1 }).toArray();
      expect(found.length, JSON.stringify(shape)).toBeGreaterThan(0);
      expect(found).toEqual(await plain.find(filter).sort({ _id: 1 }).toArray());
    }
    const circle = await plain.find({ at: { $geoWithin: { $centerSphere: [[180, 0], 0.0005] } } }).toArray();
    const measured = documents.filter(
      ({ at }) => distanceBetween({ lng: 180, lat: 0 }, asPoint(at.coordinates)) <= 0.0005 * 6_378_100,
    );
    expect(circle).toEqual(measured);
  });
});
