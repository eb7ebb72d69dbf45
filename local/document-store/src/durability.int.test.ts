import { describe, expect, it } from 'vitest';
import { startDocumentStore } from './server.ts';
import {
  connectTo,
  runStoreProcess,
  startStoreProcess,
  startTemporaryStore,
  temporaryFolder,
} from './temporary-store.fixture.ts';

describe('the document store', () => {
  it('lets one of many conditional writes win', async () => {
    const { database } = await startTemporaryStore();
    const orders = database.collection<{ _id: string; seq: number }>('orders');
    await orders.insertOne({ _id: 'o', seq: 0 });
    const results = await Promise.all(
      Array.from({ length: 100 }, () => orders.updateOne({ _id: 'o', seq: 0 }, { $set: { seq: 1 } })),
    );
    expect(results.filter(({ modifiedCount }) => modifiedCount === 1)).toHaveLength(1);
  });

  it('keeps documents, indexes and their uniqueness over a restart', async () => {
    const dataFolder = await temporaryFolder();
    const first = await startDocumentStore({ dataFolder, port: 0 });
    const before = (await connectTo(first.url)).db('test').collection('rows');
    await before.createIndex({ tags: 1 }, { unique: true });
    await before.createIndex({ at: '2dsphere' });
    await before.insertOne({ tags: ['a', 'b'], at: { type: 'Point', coordinates: [1, 2] } });
    const indexes = await before.indexes();
    await first.close();
    const second = await startDocumentStore({ dataFolder, port: 0 });
    try {
      const after = (await connectTo(second.url)).db('test').collection('rows');
      expect(await after.indexes()).toEqual(indexes);
      await expect(after.insertOne({ tags: ['b'] })).rejects.toMatchObject({ code: 11000 });
      expect(await after.find({ tags: 'a' }).toArray()).toHaveLength(1);
      expect(
        await after.find({ at: { $near: { $geometry: { type: 'Point', coordinates: [1, 2] } } } }).toArray(),
      ).toHaveLength(1);
    } finally {
      await second.close();
    }
  });

  it('refuses a second start on the same folder, naming the process that has it', async () => {
    const folder = await temporaryFolder();
    const holder = await startStoreProcess(folder);
    const second = await runStoreProcess(folder);
    expect(second).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(`in use by process ${holder.pid}`) });
    await holder.kill();
    const third = await startStoreProcess(folder); // what a killed process leaves behind holds nobody up
    expect(third.port).toBeGreaterThan(0);
    await third.kill();
  });

  it('refuses to listen beyond loopback', async () => {
    const dataFolder = await temporaryFolder();
    await expect(startDocumentStore({ dataFolder, port: 0, host: '0.0.0.0' })).rejects.toThrow('loopback only');
  });

  it('answers what has arrived before it closes', async () => {
    const dataFolder = await temporaryFolder();
    const store = await startDocumentStore({ dataFolder, port: 0 });
    const client = await connectTo(store.url);
    await client.db('test').command({ ping: 1 });
    const insert = client
      .db('test')
      .collection('rows')
      .insertOne({ n: 1 })
      .then(
        () => true,
        () => false,
      );
    await store.close();
    const acknowledged = await insert;
    const again = await startDocumentStore({ dataFolder, port: 0 });
    try {
      const found = await (await connectTo(again.url)).db('test').collection('rows').countDocuments();
      expect(found).toBeGreaterThanOrEqual(acknowledged ? 1 : 0);
    } finally {
      await again.close();
    }
  });
});
