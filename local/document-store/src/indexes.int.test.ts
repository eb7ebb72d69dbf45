import { type Document, Long } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { startTemporaryStore } from './temporary-store.fixture.ts';

const planOf = async (cursor: {
  explain(): Promise<Document>;
}): Promise<{ stage: string; index?: string; sorts: boolean; examined: number }> => {
  const { queryPlanner, executionStats } = await cursor.explain();
  const plan = queryPlanner.winningPlan;
  const fetch = plan.stage === 'SORT' ? plan.inputStage : plan;
  return {
    stage: fetch.inputStage?.stage ?? fetch.stage,
    index: fetch.inputStage?.indexName,
    sorts: plan.stage === 'SORT',
    examined: executionStats.totalDocsExamined,
  };
};

describe('a unique index', () => {
  it('lets one of many in, and says E11000 as MongoDB does', async () => {
    const { database } = await startTemporaryStore();
    const users = database.collection('users');
    await users.createIndex({ email: 1 }, { unique: true });
    const attempts = await Promise.allSettled(Array.from({ length: 50 }, () => users.insertOne({ email: 'a@b.c' })));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(users.insertOne({ email: 'a@b.c' })).rejects.toMatchObject({
      code: 11000,
      message: 'E11000 duplicate key error collection: test.users index: email_1 dup key: { email: "a@b.c" }',
      keyPattern: { email: 1 },
      keyValue: { email: 'a@b.c' },
    });
  });

  it('is kept by updates, upserts and findAndModify, which then change nothing', async () => {
    const { database } = await startTemporaryStore();
    const users = database.collection<Document>('users');
    await users.createIndex({ email: 1, kind: 1 }, { unique: true });
    await users.insertMany([
      { _id: 1 as never, email: 'a', kind: 1 },
      { _id: 2 as never, email: 'b', kind: 1 },
    ]);
    const taken = { code: 11000, keyValue: { email: 'a', kind: 1 } };
    await expect(users.updateOne({ _id: 2 as never }, { $set: { email: 'a', other: 1 } })).rejects.toMatchObject(taken);
    await expect(users.findOneAndUpdate({ _id: 2 as never }, { $set: { email: 'a' } })).rejects.toMatchObject(taken);
    await expect(
      users.updateOne({ _id: 3 as never }, { $set: { email: 'a', kind: 1 } }, { upsert: true }),
    ).rejects.toMatchObject(taken);
    expect(await users.find().toArray()).toEqual([
      { _id: 1, email: 'a', kind: 1 },
      { _id: 2, email: 'b', kind: 1 },
    ]);
    await users.updateOne({ _id: 1 as never }, { $set: { email: 'c' } });
    await users.updateOne({ _id: 2 as never }, { $set: { email: 'a' } });
  });

  it('that is partial or sparse minds only the documents it holds', async () => {
    const { database } = await startTemporaryStore();
    const deliveries = database.collection<Document>('deliveries');
    await deliveries.createIndex({ riderId: 1 }, { unique: true, partialFilterExpression: { active: true } });
    await deliveries.createIndex({ key: 1 }, { unique: true, sparse: true });
    await deliveries.insertMany([
      { riderId: 1, active: false },
      { riderId: 1, active: false },
      { riderId: 1, active: true },
    ]);
    await expect(deliveries.insertOne({ riderId: 1, active: true })).rejects.toMatchObject({ code: 11000 });
    await deliveries.updateOne({ active: true }, { $set: { active: false } });
    await deliveries.insertOne({ riderId: 1, active: true });
    await deliveries.insertOne({ key: null });
    await expect(deliveries.insertOne({ key: null })).rejects.toMatchObject({ code: 11000 });
  });

  it('without the field holds one missing value, and compares numbers by value', async () => {
    const { database } = await startTemporaryStore();
    const rows = database.collection('rows');
    await rows.createIndex({ n: 1 }, { unique: true });
    await rows.insertOne({});
    await expect(rows.insertOne({ n: null })).rejects.toMatchObject({ code: 11000 });
    await rows.insertOne({ n: 5 });
    await expect(rows.insertOne({ n: Long.fromNumber(5) })).rejects.toMatchObject({ code: 11000 });
  });

  it('cannot be built over duplicates, and leaves no trace of the attempt', async () => {
    const { database } = await startTemporaryStore();
    const rows = database.collection('rows');
    await rows.insertMany([{ n: 1 }, { n: 1 }]);
    await expect(rows.createIndex({ n: 1 }, { unique: true })).rejects.toMatchObject({ code: 11000 });
    expect(await rows.indexes()).toHaveLength(1);
    expect(await rows.countDocuments({ n: 1 })).toBe(2);
    await rows.insertOne({ n: 1 });
  });

  it('over an array refuses an element another document has', async () => {
    const { database } = await startTemporaryStore();
    const rows = database.collection('rows');
    await rows.createIndex({ tags: 1 }, { unique: true });
    await rows.insertOne({ tags: ['a', 'b', 'a'] });
    await expect(rows.insertOne({ tags: ['c', 'b'] })).rejects.toMatchObject({ code: 11000, keyValue: { tags: 'b' } });
    await rows.insertOne({ tags: ['c'] });
  });
});

describe('an index', () => {
  it('answers equality, ranges, lists and sorting without a scan', async () => {
    const { database } = await startTemporaryStore();
    const rows = database.collection('rows');
    await rows.createIndexes([
      { key: { customer: 1, at: -1 } },
      { key: { unsentSince: 1 }, sparse: true },
      { key: { state: 1 }, partialFilterExpression: { state: { $in: ['placed', 'accepted'] } } },
    ]);
    await rows.insertMany(
      Array.from({ length: 500 }, (_, n) => ({
        customer: n % 50,
        at: new Date(n),
        state: n % 5 ? 'delivered' : 'placed',
        ...(n % 100 ? {} : { unsentSince: new Date(n) }),
      })),
    );
    expect(await planOf(rows.find({ customer: 7 }).sort({ at: -1 }).limit(3))).toEqual({
      stage: 'IXSCAN',
      index: 'customer_1_at_-1',
      sorts: false,
      examined: 3,
    });
    expect(await planOf(rows.find({ customer: 7, at: { $gte: new Date(100), $lt: new Date(200) } }))).toMatchObject({
      stage: 'IXSCAN',
      examined: 2,
    });
    expect(await planOf(rows.find({ customer: { $in: [1, 2] } }))).toMatchObject({ stage: 'IXSCAN', examined: 20 });
    expect(await planOf(rows.find({ unsentSince: { $lt: new Date(250) } }))).toEqual({
      stage: 'IXSCAN',
      index: 'unsentSince_1',
      sorts: false,
      examined: 3,
    });
    expect(await planOf(rows.find({ state: 'placed' }))).toMatchObject({
      stage: 'IXSCAN',
      index: 'state_1',
      examined: 100,
    });
    expect(await planOf(rows.find({ state: 'delivered' }))).toMatchObject({ stage: 'COLLSCAN' });
    expect(await planOf(rows.find({ unsentSince: null }))).toMatchObject({ stage: 'COLLSCAN' });
    expect(await planOf(rows.find({ $or: [{ customer: 1 }, { unsentSince: { $gt: new Date(300) } }] }))).toMatchObject({
      stage: 'OR',
      examined: 11,
    });
    expect(await rows.find({ unsentSince: null }).toArray()).toHaveLength(495);
  });

  it('gives the same answers as a scan, over arrays too', async () => {
    const { database } = await startTemporaryStore();
    const indexed = database.collection('indexed');
    const plain = database.collection('plain');
    await indexed.createIndexes([
      { key: { a: 1, b: -1 } },
      { key: { 'list.k': 1, 'list.v': 1 } },
      { key: { tags: 1 } },
    ]);
    const documents = Array.from({ length: 300 }, (_, n) => ({
      n,
      a: [n % 7, null, `t${n % 3}`, [n % 5, n % 11], undefined][n % 5],
      b: n % 13,
      tags: n % 4 ? [`x${n % 6}`, `x${n % 9}`] : [],
      list: [
        { k: n % 5, v: n % 3 },
        { k: n % 7, v: n % 2 },
      ],
    }));
    await indexed.insertMany(documents.map((document) => ({ ...document })));
    await plain.insertMany(documents.map((document) => ({ ...document })));
    const filters: Document[] = [
      { a: 3 },
      { a: null },
      { a: { $gt: 2 } },
      { a: { $gt: 2, $lt: 5 } },
      { a: { $gte: 't1' } },
      { a: { $in: [1, 't2', null] } },
      { a: 3, b: { $lt: 6 } },
      { a: { $ne: 3 } },
      { a: [3, 3] },
      { a: { $elemMatch: { $gt: 3 } } },
      { a: { $exists: true } },
      { tags: 'x3' },
      { tags: [] },
      { tags: { $all: ['x1', 'x4'] } },
      { tags: /^x[12]/ },
      { tags: { $regex: '^x5' } },
      { 'list.k': 3, 'list.v': 1 },
      { list: { $elemMatch: { k: 3, v: 1 } } },
      { 'list.k': { $gt: 2, $lt: 4 } },
      { $or: [{ a: 3 }, { tags: 'x3' }] },
      { $and: [{ a: { $gt: 1 } }, { a: { $lt: 4 } }] },
    ];
    for (const filter of filters) {
      const options = { projection: { _id: 0 }, sort: { n: 1 } } as const;
      expect(await indexed.find(filter, options).toArray(), JSON.stringify(filter)).toEqual(
        await plain.find(filter, options).toArray(),
      );
    }
  });

  it('is listed, is not created twice, and is dropped', async () => {
    const { database } = await startTemporaryStore();
    const rows = database.collection('rows');
    await rows.createIndex({ a: 1 }, { name: 'one', expireAfterSeconds: 60 });
    await rows.createIndex({ a: 1 }, { name: 'one', expireAfterSeconds: 60 });
    await expect(rows.createIndex({ a: 1 }, { name: 'two' })).rejects.toMatchObject({ code: 85 });
    await expect(rows.createIndex({ b: 1 }, { name: 'one' })).rejects.toMatchObject({ code: 86 });
    expect(await rows.indexes()).toEqual([
      { v: 2, key: { _id: 1 }, name: '_id_' },
      { v: 2, key: { a: 1 }, name: 'one', expireAfterSeconds: 60 },
    ]);
    await rows.dropIndex('one');
    await expect(rows.dropIndex('one')).rejects.toMatchObject({ code: 27 });
    expect(await rows.indexes()).toHaveLength(1);
  });

  it('with a lifetime removes what is over', async () => {
    const { database } = await startTemporaryStore({ expirySweepMs: 20 });
    const rows = database.collection('rows');
    await rows.createIndex({ at: 1 }, { expireAfterSeconds: 60 });
    await rows.insertMany([{ at: new Date(Date.now() - 61_000) }, { at: new Date() }, { other: 1 }]);
    await expect.poll(() => rows.countDocuments()).toBe(2);
  });
});
