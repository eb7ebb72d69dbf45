import { MongoClient as MongoClient7 } from 'mongodb';
import { MongoClient as MongoClient6 } from 'mongodb-6';
import mongoose from 'mongoose';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startTemporaryStore } from './temporary-store.fixture.ts';

/** As people write it: no directConnection, retryable writes on, a pool. */
const usualUrl = (port: number): string =>
  `mongodb://127.0.0.1:${port}/shop?retryWrites=true&w=majority&maxPoolSize=10`;

describe.each([
  ['mongodb 6', MongoClient6],
  ['mongodb 7', MongoClient7],
])('%s, unchanged and with its usual URL', (_name, Client) => {
  it('connects, writes with its pool, reads in batches, counts, and does without sessions', async () => {
    const { store } = await startTemporaryStore();
    const client = new Client(usualUrl(store.port), { serverSelectionTimeoutMS: 5_000 });
    onTestFinished(() => client.close());
    await client.connect();
    const rows = client.db().collection<{ _id: number; n?: number; tags?: string[] }>('rows');
    await rows.createIndex({ n: 1 }, { unique: true, sparse: true });
    await Promise.all(Array.from({ length: 200 }, (_, _id) => rows.insertOne({ _id, n: _id })));
    await expect(rows.insertOne({ _id: 900, n: 7 })).rejects.toMatchObject({ code: 11000, keyPattern: { n: 1 } });
    const written = await rows.bulkWrite(
      [
        { updateOne: { filter: { _id: 1 }, update: { $push: { tags: 'a' } } } },
        { replaceOne: { filter: { _id: 2 }, replacement: { n: -2 } } },
        { deleteOne: { filter: { _id: 3 } } },
        { updateOne: { filter: { _id: 901 }, update: { $set: { n: 901 } }, upsert: true } },
      ],
      { ordered: false },
    );
    expect(written).toMatchObject({ matchedCount: 2, modifiedCount: 2, deletedCount: 1, upsertedCount: 1 });
    expect(await rows.countDocuments({ n: { $gte: 0 } })).toBe(199);
    expect((await rows.find({}, { batchSize: 17 }).sort({ n: -1 }).toArray()).map(({ n }) => n)[0]).toBe(901);
    await rows.insertOne({ _id: 950 }, { writeConcern: { w: 0 } }); // sent with moreToCome, and never answered
    await expect.poll(() => rows.countDocuments({ _id: 950 })).toBe(1);
    expect(await rows.distinct('tags')).toEqual(['a']);
  });
});

describe('a session of the driver', () => {
  it('can be had, and is told plainly that there are no transactions', async () => {
    const { store } = await startTemporaryStore();
    const client = new MongoClient7(usualUrl(store.port));
    onTestFinished(() => client.close());
    const rows = client.db().collection('rows');
    const session = client.startSession();
    onTestFinished(() => session.endSession());
    const transact = session.withTransaction(async () => {
      await rows.insertOne({ a: 1 }, { session });
    });
    await expect(transact).rejects.toThrow(/session|transaction/i);
    expect(await rows.countDocuments()).toBe(0);
  });
});

describe('mongoose 9, unchanged and with its usual URL', () => {
  it('validates, saves, populates and refuses a stale version', async () => {
    const { store } = await startTemporaryStore();
    const connection = await mongoose.createConnection(usualUrl(store.port)).asPromise();
    onTestFinished(() => connection.close());
    const Kitchen = connection.model('Kitchen', new mongoose.Schema({ name: { type: String, unique: true } }));
    const Dish = connection.model(
      'Dish',
      new mongoose.Schema(
        { name: String, sizes: [Number], kitchen: { type: mongoose.Schema.Types.ObjectId, ref: 'Kitchen' } },
        { optimisticConcurrency: true },
      ),
    );
    await Promise.all([Kitchen.init(), Dish.init()]);
    const kitchen = await Kitchen.create({ name: 'Dosa House' });
    await expect(Kitchen.create({ name: 'Dosa House' })).rejects.toMatchObject({ code: 11000 });
    const { _id } = await Dish.create({ name: 'Masala dosa', sizes: [1, 2], kitchen: kitchen._id });
    const [one, other] = [await Dish.findById(_id).orFail(), await Dish.findById(_id).orFail()];
    one.sizes.push(3);
    await one.save();
    other.set('name', 'Rava dosa');
    await expect(other.save()).rejects.toMatchObject({ name: 'VersionError' });
    const shown = await Dish.findOne({ sizes: 3 }).populate('kitchen').lean();
    expect(shown).toMatchObject({ name: 'Masala dosa', kitchen: { name: 'Dosa House' } });
  });
});
