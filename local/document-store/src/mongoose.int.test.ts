import mongoose, { Schema } from 'mongoose';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startTemporaryStore } from './temporary-store.fixture.ts';

describe('mongoose', () => {
  it('runs unchanged: indexes, lean queries, conditional writes, bulk writes', async () => {
    const { store } = await startTemporaryStore();
    const connection = await mongoose.createConnection(store.url, { dbName: 'shop' }).asPromise();
    onTestFinished(() => connection.close());
    const schema = new Schema(
      {
        email: { type: String, required: true },
        seq: Number,
        stream: [{ seq: Number, type: { type: String } }],
        location: { type: { type: String }, coordinates: [Number] },
        nextActionAt: Date,
      },
      { timestamps: true, writeConcern: { w: 1, j: true } },
    );
    schema.index({ email: 1 }, { unique: true });
    schema.index({ location: '2dsphere' }, { partialFilterExpression: { seq: { $gte: 0 } } });
    schema.index({ nextActionAt: 1 }, { sparse: true });
    const Person = connection.model('Person', schema);
    await Person.init();
    await Person.createIndexes();
    expect(await Person.syncIndexes()).toEqual([]);

    const location = { type: 'Point', coordinates: [77.6, 12.97] };
    const created = await Person.create({ email: 'a', seq: 0, location, nextActionAt: new Date(5) });
    await expect(Person.create({ email: 'a' })).rejects.toMatchObject({ code: 11000, keyValue: { email: 'a' } });
    const changed = await Person.updateOne(
      { _id: created._id, seq: 0 },
      { $set: { seq: 1 }, $push: { stream: { $each: [{ seq: 1, type: 'X' }] } } },
    );
    expect(changed.modifiedCount).toBe(1);
    const due = await Person.findOneAndUpdate(
      { nextActionAt: { $lte: new Date() } },
      { $unset: { nextActionAt: 1 }, $inc: { seq: 1 } },
      { sort: { nextActionAt: 1 }, returnDocument: 'after' },
    ).lean();
    expect(due).toMatchObject({ email: 'a', seq: 2 });
    expect(due?.nextActionAt).toBeUndefined();
    const near = await Person.find({
      seq: 2,
      location: { $near: { $geometry: location, $maxDistance: 100 } },
    }).lean();
    expect(near).toHaveLength(1);
    const bulk = await Person.bulkWrite([
      { updateOne: { filter: { email: 'b' }, update: { $setOnInsert: { seq: 5 } }, upsert: true } },
      { deleteOne: { filter: { email: 'a' } } },
    ]);
    expect([bulk.upsertedCount, bulk.deletedCount]).toEqual([1, 1]);
    expect(await Person.countDocuments({ seq: { $gte: 5 } })).toBe(1);
    expect(await Person.exists({ email: 'a' })).toBeNull();
  });
});
