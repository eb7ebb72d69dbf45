import { expect, it } from 'vitest';
import { startTemporaryStore } from '../temporary-store.fixture.ts';

it('says of every query which index answered it, while the profiling level is 2', async () => {
  const { database } = await startTemporaryStore();
  const rows = database.collection<{ _id: number; a?: number; b?: number; at?: object }>('rows');
  await rows.createIndex({ a: 1, b: -1 });
  await rows.createIndex({ at: '2dsphere' });
  await rows.insertOne({ _id: 1, a: 1, b: 1, at: { type: 'Point', coordinates: [0, 0] } });
  await rows.findOne({ a: 1 }); // before anybody listens
  expect(await database.command({ profile: 2 })).toMatchObject({ was: 0 });
  const near = { type: 'Point' as const, coordinates: [0, 0] };
  await rows.findOne({ _id: 1 });
  await rows.find({ a: 1 }).sort({ b: -1 }).toArray();
  await rows.findOne({ b: 1 });
  await rows.updateOne({ a: 1 }, { $set: { b: 2 } });
  await rows.deleteMany({ b: 7 });
  await rows.countDocuments({ $or: [{ a: 1 }, { _id: 1 }] });
  await rows.findOne({ at: { $near: { $geometry: near } } });
  await rows.aggregate([{ $geoNear: { near, distanceField: 'd' } }]).toArray();
  expect(await database.command({ profile: 0 })).toMatchObject({ was: 2 });
  await rows.findOne({ b: 1 });

  const noted = await database.collection('system.profile').find().sort({ ts: 1 }).toArray();
  expect(noted.map(({ op, planSummary }) => [op, planSummary])).toEqual([
    ['query', 'IXSCAN { _id: 1 }'],
    ['query', 'IXSCAN { a: 1, b: -1 }'],
    ['query', 'COLLSCAN'],
    ['update', 'IXSCAN { a: 1, b: -1 }'],
    ['remove', 'COLLSCAN'],
    ['command', 'IXSCAN { a: 1, b: -1 }, IXSCAN { _id: 1 }'],
    ['query', 'GEO_NEAR_2DSPHERE { at: "2dsphere" }'],
    ['command', 'GEO_NEAR_2DSPHERE { at: "2dsphere" }'],
  ]);
  expect(await database.collection('system.profile').find({ op: 'remove' }).limit(5).toArray()).toHaveLength(1);
  await expect(database.command({ profile: 3 })).rejects.toMatchObject({ code: 2 });
});
