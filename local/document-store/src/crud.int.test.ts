import { type Document, Double, Long, ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { startTemporaryStore } from './temporary-store.fixture.ts';

describe('through the driver', () => {
  it('inserts, finds, changes and deletes', async () => {
    const { database } = await startTemporaryStore();
    const orders = database.collection('orders');
    const { insertedId } = await orders.insertOne({ seq: 0, lines: [{ sku: 'a', qty: 1 }], at: new Date(5) });
    await orders.insertMany([{ seq: 1 }, { seq: 2 }]);
    expect(await orders.findOne({ _id: insertedId })).toEqual({
      _id: insertedId,
      seq: 0,
      lines: [{ sku: 'a', qty: 1 }],
      at: new Date(5),
    });
    expect(await orders.countDocuments({ seq: { $gte: 1 } })).toBe(2);

    const won = await orders.updateOne({ _id: insertedId, seq: 0 }, {
      $set: { seq: 1 },
      $push: { lines: { $each: [{ sku: 'b' }] } },
    } as Document);
    const lost = await orders.updateOne({ _id: insertedId, seq: 0 }, { $set: { seq: 1 } });
    expect([won.matchedCount, won.modifiedCount, lost.matchedCount]).toEqual([1, 1, 0]);
    expect((await orders.findOne({ _id: insertedId }))?.lines).toEqual([{ sku: 'a', qty: 1 }, { sku: 'b' }]);

    expect((await orders.updateMany({}, { $inc: { n: 1 } })).modifiedCount).toBe(3);
    expect((await orders.deleteMany({ seq: 1 })).deletedCount).toBe(2);
    expect(await orders.distinct('seq')).toEqual([2]);
  });

  it('keeps int32, int64 and double as they were sent', async () => {
    const { database } = await startTemporaryStore();
    const numbers = database.collection('numbers');
    await numbers.insertOne({ int: 5, long: Long.fromNumber(5), double: new Double(5) });
    await numbers.updateOne({}, { $inc: { int: 1, long: 1, double: 1 } });
    const found = await numbers.findOne({}, { promoteValues: false, projection: { _id: 0 } });
    expect([found?.int._bsontype, found?.long._bsontype, found?.double._bsontype]).toEqual(['Int32', 'Long', 'Double']);
    expect([found?.int.value, found?.long.toNumber(), found?.double.value]).toEqual([6, 6, 6]);
  });

  it('sorts, skips, limits and projects', async () => {
    const { database } = await startTemporaryStore();
    const rows = database.collection<Document>('rows');
    await rows.insertMany(
      Array.from({ length: 10 }, (_, n) => ({ _id: n as never, n, list: [n, n + 1, n + 2], in: { a: n, b: n } })),
    );
    const found = await rows
      .find({ n: { $lt: 8 } }, { projection: { list: { $slice: -1 }, 'in.a': 1 } })
      .sort({ n: -1 })
      .skip(1)
      .limit(2)
      .toArray();
    expect(found).toEqual([
      { _id: 6, list: [8], in: { a: 6 } },
      { _id: 5, list: [7], in: { a: 5 } },
    ]);
    expect(await rows.findOne({ _id: 3 as never }, { projection: { list: 0, 'in.b': 0 } })).toEqual({
      _id: 3,
      n: 3,
      in: { a: 3 },
    });
  });

  it('hands out large results in batches that together miss and repeat nothing', async () => {
    const { database } = await startTemporaryStore();
    const rows = database.collection<{ _id: number }>('rows');
    await rows.insertMany(Array.from({ length: 1_234 }, (_, _id) => ({ _id })));
    const found = await rows.find({}, { batchSize: 100 }).toArray();
    expect(found.map(({ _id }) => _id)).toEqual(Array.from({ length: 1_234 }, (_, n) => n));
    const cursor = rows.find({}, { batchSize: 10 });
    await cursor.next();
    await cursor.close();
    await expect(database.command({ getMore: Long.fromNumber(12_345), collection: 'rows' })).rejects.toMatchObject({
      code: 43,
    });
  });

  it('upserts, and answers the document before or after', async () => {
    const { database } = await startTemporaryStore();
    const seen = database.collection<Document>('seen');
    const upserted = await seen.updateOne(
      { _id: 'k' as never },
      { $setOnInsert: { first: 1 }, $max: { seq: 3 } },
      { upsert: true },
    );
    expect([upserted.upsertedId, upserted.upsertedCount, upserted.matchedCount]).toEqual(['k', 1, 0]);
    const before = await seen.findOneAndUpdate({ _id: 'k' as never }, { $max: { seq: 9 } });
    const after = await seen.findOneAndUpdate({ _id: 'k' as never }, { $max: { seq: 4 } }, { returnDocument: 'after' });
    expect([before?.seq, after?.seq]).toEqual([3, 9]);
    expect(await seen.findOneAndUpdate({ _id: 'none' as never }, { $set: { a: 1 } })).toBeNull();
    expect(await seen.findOneAndDelete({ _id: 'k' as never })).toMatchObject({ seq: 9 });
  });

  it('changes the array elements that a filter or an array filter picks', async () => {
    const { database } = await startTemporaryStore();
    const orders = database.collection('orders');
    await orders.insertOne({
      lines: [
        { sku: 'a', qty: 1 },
        { sku: 'b', qty: 1 },
      ],
    });
    await orders.updateOne({ 'lines.sku': 'b' }, { $set: { 'lines.$.qty': 5 } });
    await orders.updateOne({}, { $inc: { 'lines.$[line].qty': 1 } }, { arrayFilters: [{ 'line.sku': 'a' }] });
    expect((await orders.findOne({}))?.lines).toEqual([
      { sku: 'a', qty: 2 },
      { sku: 'b', qty: 5 },
    ]);
  });

  it('runs a bulk in order and tells what went wrong where', async () => {
    const { database } = await startTemporaryStore();
    const rows = database.collection<Document>('rows');
    const operations = [
      { insertOne: { document: { _id: 1 as never } } },
      { insertOne: { document: { _id: 1 as never } } },
      { insertOne: { document: { _id: 2 as never } } },
    ];
    await expect(rows.bulkWrite(operations)).rejects.toMatchObject({
      code: 11000,
      insertedCount: 1,
      writeErrors: [{ index: 1 }],
    });
    await expect(rows.bulkWrite(operations.slice(1), { ordered: false })).rejects.toMatchObject({ insertedCount: 1 });
    expect(await rows.countDocuments()).toBe(2);
  });

  it('takes writes nobody waits for', async () => {
    const { database } = await startTemporaryStore();
    const rows = database.collection('rows');
    await rows.insertOne({ n: 1 }, { writeConcern: { w: 0 } });
    await expect.poll(() => rows.countDocuments()).toBe(1);
  });

  it('aggregates with its own stages and with the library', async () => {
    const { database } = await startTemporaryStore();
    const sales = database.collection('sales');
    const shop = new ObjectId();
    await sales.insertMany([
      { shop, n: 2, tags: ['a', 'b'] },
      { shop, n: 3, tags: ['b'] },
      { n: 10, tags: [] },
    ]);
    const totals = await sales
      .aggregate([{ $match: { shop } }, { $group: { _id: '$shop', n: { $sum: '$n' } } }])
      .toArray();
    expect(totals).toEqual([{ _id: shop, n: 5 }]);
    const tags = await sales
      .aggregate([
        { $unwind: '$tags' },
        { $group: { _id: '$tags', n: { $sum: 1 } } },
        { $sort: { n: -1 } },
        { $limit: 1 },
      ])
      .toArray();
    expect(tags).toEqual([{ _id: 'b', n: 2 }]);
  });

  it('creates, lists and drops collections and databases', async () => {
    const { client, database } = await startTemporaryStore();
    await database.createCollection('a');
    await expect(database.createCollection('a')).rejects.toMatchObject({ code: 48 });
    await database.collection('b').insertOne({});
    expect((await database.listCollections().toArray()).map(({ name }) => name)).toEqual(['a', 'b']);
    await database.collection('a').drop();
    expect((await client.db('admin').admin().listDatabases()).databases.map(({ name }) => name)).toEqual(['test']);
    await database.dropDatabase();
    expect(await database.listCollections().toArray()).toEqual([]);
    await database.collection('b').insertOne({ again: 1 });
    expect(await database.collection('b').countDocuments()).toBe(1);
  });

  it('refuses what it does not do with the codes of MongoDB', async () => {
    const { client, database } = await startTemporaryStore();
    await expect(database.command({ foo: 1 })).rejects.toMatchObject({ code: 59, codeName: 'CommandNotFound' });
    await expect(database.collection('a').findOne({ $where: 'true' })).rejects.toMatchObject({ code: 20 });
    await expect(
      database.command({ insert: 'a', documents: [{}], txnNumber: Long.fromNumber(1), lsid: { id: 1 } }),
    ).rejects.toMatchObject({ code: 20 });
    await expect(database.collection('a').watch().next()).rejects.toMatchObject({ code: 40573 });
    await expect(database.createCollection('c', { capped: true, size: 1_000 })).rejects.toMatchObject({
      code: 263,
      message: expect.stringContaining('MONGODB_URL'),
    });
    const session = client.startSession();
    await expect(session.withTransaction(() => database.collection('a').insertOne({}, { session }))).rejects.toThrow();
    await session.endSession();
  });

  it('refuses documents that are too large, and goes on', async () => {
    const { database } = await startTemporaryStore();
    const rows = database.collection('rows');
    const large = { text: 'x'.repeat(15 * 1024 * 1024) };
    await rows.insertOne(large);
    expect((await rows.findOne({}))?.text.length).toBe(large.text.length);
    await expect(rows.updateOne({}, { $set: { more: 'x'.repeat(2 * 1024 * 1024) } })).rejects.toMatchObject({
      code: 17419,
    });
    expect(await rows.countDocuments({ more: { $exists: false } })).toBe(1);
  });
});
