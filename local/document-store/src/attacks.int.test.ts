import { expect, it } from 'vitest';
import { startTemporaryStore } from './temporary-store.fixture.ts';

it('refuses a field name with a null byte, however an update makes it, and the collection stays readable', async () => {
  const { database } = await startTemporaryStore();
  const rows = database.collection<{ _id: number; on?: number }>('rows');
  await rows.insertMany([
    { _id: 1, on: 1 },
    { _id: 2, on: 2 },
  ]);
  const renaming = database.command({ update: 'rows', updates: [{ q: { _id: 1 }, u: { $rename: { on: 'a\0b' } } }] });
  await expect(renaming.catch((error) => error)).resolves.toSatisfy(
    (answer) => answer.code === 2 || answer.writeErrors?.[0]?.code === 2 || /null byte/i.test(String(answer)),
  );
  const object = { $arrayToObject: [[['a', 1]]] };
  const withNull = { $setField: { field: { $literal: 'a' }, input: object, value: 1 } };
  await rows.updateOne({ _id: 2 }, [{ $set: { o: withNull } }]);
  const made = rows.updateOne({ _id: 2 }, [
    { $set: { o: { $arrayToObject: [[[{ $concat: ['a', '\0', 'b'] }, 1]]] } } },
  ]);
  await expect(made).rejects.toMatchObject({ code: expect.any(Number) });
  expect(await rows.find({ missing: null }).sort({ _id: 1 }).toArray()).toEqual([
    { _id: 1, on: 1 },
    { _id: 2, on: 2, o: { a: 1 } },
  ]);
});

it('refuses to nest a document deeper than it can read again', async () => {
  const { database } = await startTemporaryStore();
  const rows = database.collection<{ _id: number }>('rows');
  await rows.insertOne({ _id: 1 });
  const deep = (levels: number) => ({ $set: { [Array(levels).fill('a').join('.')]: 1 } });
  await expect(rows.updateOne({ _id: 1 }, deep(400))).rejects.toMatchObject({ code: 15 });
  await rows.updateOne({ _id: 1 }, deep(190));
  expect(await rows.countDocuments({ missing: null })).toBe(1);
});

it('answers a range too long for its memory with an error', async () => {
  const { database } = await startTemporaryStore();
  await database.collection('rows').insertOne({});
  const sized = { $project: { n: { $size: { $range: [0, 2_147_483_647] } } } };
  await expect(database.collection('rows').aggregate([sized]).toArray()).rejects.toMatchObject({ code: 146 });
});

it('finds the lowest value of a type through a descending index too', async () => {
  const { database } = await startTemporaryStore();
  const rows = database.collection<{ _id: number; on?: unknown; b?: number }>('rows');
  const values = [false, true, 'a', 'ab', '', Number.NEGATIVE_INFINITY, Number.NaN, 3, {}, { a: 1 }, new Date(0)];
  await rows.insertMany(values.map((on, _id) => ({ _id, on, b: _id })));
  const filters = [
    { $lt: true },
    { $lte: false },
    { $regex: '^a' },
    { $lt: 0 },
    { $lte: '' },
    { $lt: 'x' },
    { $lte: {} },
    { $lte: Number.NaN },
    { $gt: '' },
    { $gte: false },
    { $gt: 'a', $lte: 'ab' },
  ];
  for (const keys of [{ on: -1 }, { on: -1, b: 1 }, { b: 1, on: -1 }] as const) {
    await rows.createIndex(keys);
    for (const on of filters) {
      const through = await rows.find({ on }).hint(keys).sort({ _id: 1 }).toArray();
      const scanned = await rows.find({ on }).hint({ $natural: 1 }).sort({ _id: 1 }).toArray();
      expect(through, JSON.stringify([keys, on])).toEqual(scanned);
    }
  }
});

it('does not miss documents without the field behind a sparse or partial index and an array', async () => {
  const { database } = await startTemporaryStore();
  const rows = database.collection<{ _id: number; a?: unknown }>('rows');
  await rows.insertMany([{ _id: 1, a: [1] }, { _id: 2, a: { y: 1 } }, { _id: 3 }, { _id: 4, a: [] }]);
  const present = () =>
    rows
      .find({ 'a.y': { $ne: null } }, { projection: { _id: 1 } })
      .sort({ _id: 1 })
      .toArray();
  const before = await present();
  await rows.createIndex({ 'a.y': 1 }, { sparse: true });
  expect(await present()).toEqual(before);
  await rows.dropIndex('a.y_1');
  await rows.createIndex({ 'a.y': 1 }, { partialFilterExpression: { 'a.y': { $exists: true } } });
  expect(await present()).toEqual(before);
});

it('ends a cursor whose index is dropped with an error, not with a short answer', async () => {
  const { database } = await startTemporaryStore();
  const rows = database.collection<{ _id: number; a: number }>('rows');
  await rows.insertMany(Array.from({ length: 500 }, (_, _id) => ({ _id, a: _id })));
  await rows.createIndex({ a: 1 });
  for (const open of [
    () => rows.find({}, { batchSize: 50 }).sort({ a: 1 }),
    () => rows.aggregate([{ $match: { a: { $gte: 0 } } }], { batchSize: 50 }),
  ]) {
    const cursor = open();
    await cursor.next();
    await rows.dropIndex('a_1');
    await expect(cursor.toArray()).rejects.toMatchObject({ code: 175 });
    await rows.createIndex({ a: 1 });
  }
});
