import type { Collection, CreateIndexesOptions, IndexSpecification } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { connectTo, startTemporaryStore } from './temporary-store.fixture.ts';

type Row = { _id: number; a?: string | null; b?: number; open?: boolean };

/** The same collection through four clients with pools of their own. */
const fourDoors = async () => {
  const { store } = await startTemporaryStore();
  const clients = await Promise.all(Array.from({ length: 4 }, () => connectTo(store.url)));
  return clients.map((client) => client.db('test').collection<Row>('rows'));
};

/** Everything at once, spread over the doors; the codes of what was refused, in order. */
const race = async (doors: readonly Collection<Row>[], rows: readonly Row[]): Promise<unknown[]> => {
  const results = await Promise.allSettled(rows.map((row, index) => doors[index % doors.length]?.insertOne(row)));
  return results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
};

const RACERS = 60;
const racers = (row: (_id: number) => Omit<Row, '_id'>) =>
  Array.from({ length: RACERS }, (_, _id): Row => ({ _id, ...row(_id) }));

describe('a unique index', () => {
  it.each<[string, IndexSpecification, CreateIndexesOptions, (id: number) => Omit<Row, '_id'>, number]>([
    ['simple, lets one of sixty in', { a: 1 }, {}, () => ({ a: 'same' }), 1],
    ['simple, takes a missing field for null', { a: 1 }, {}, (id) => (id % 2 ? {} : { a: null }), 1],
    ['compound, lets one in for each pair', { a: 1, b: 1 }, {}, (id) => ({ a: 'same', b: id % 3 }), 3],
    ['sparse, lets all in who lack the field', { a: 1 }, { sparse: true }, (id) => (id % 2 ? {} : { a: 'same' }), 31],
    [
      'partial, looks only at those it covers',
      { a: 1 },
      { partialFilterExpression: { open: true } },
      (id) => ({ a: 'same', open: id % 2 === 0 }),
      31,
    ],
  ])('%s, through four clients at once', async (_name, keys, options, row, admitted) => {
    const doors = await fourDoors();
    const [first] = doors;
    await first?.createIndex(keys, { ...options, unique: true });
    const refused = await race(doors, racers(row));
    expect(refused).toEqual(Array(RACERS - admitted).fill(11000));
    expect(await first?.countDocuments()).toBe(admitted);
  });

  it('lets one of sixty updates take a key, and the others change nothing', async () => {
    const doors = await fourDoors();
    const [first] = doors;
    if (!first) throw new Error('no door');
    await first.createIndex({ a: 1 }, { unique: true, sparse: true });
    await first.insertMany(racers((id) => ({ b: id })));
    const results = await Promise.allSettled(
      racers((id) => ({ b: id })).map(({ _id }, index) =>
        doors[index % doors.length]?.updateOne({ _id }, { $set: { a: 'the one', b: -1 } }),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await first.countDocuments({ b: -1 })).toBe(1);
    expect(await first.countDocuments({ a: 'the one' })).toBe(1);
  });
});

describe('a write to one document', () => {
  it('is seen whole or not at all, by queries, aggregations and changes', async () => {
    const doors = await fourDoors();
    const [writer, ...readers] = doors;
    if (!writer) throw new Error('no door');
    const rows = Array.from({ length: 20 }, (_, _id) => ({ _id, a: '0', b: 0 }));
    await writer.insertMany(rows);
    let writing = true;
    const write = async () => {
      for (let version = 1; version <= 150; version += 1) {
        await writer.updateMany({}, { $set: { a: String(version), b: version } });
      }
      writing = false;
    };
    let looked = 0;
    const look = async (door: Collection<Row>) => {
      while (writing) {
        const found = await door.find().toArray();
        const [half] = await door.aggregate([{ $match: { $expr: { $ne: ['$a', { $toString: '$b' }] } } }]).toArray();
        const before = await door.findOneAndUpdate({ _id: 7 }, { $set: { open: true } });
        for (const { a, b } of [...found, ...(before ? [before] : [])]) expect(a).toBe(String(b));
        expect(half).toBeUndefined();
        looked += 1;
      }
    };
    await Promise.all([write(), ...readers.map(look)]);
    expect(looked).toBeGreaterThan(10);
  });

  it('counts 500 increments at once, through four clients, without a loss or a repeat', async () => {
    const doors = await fourDoors();
    const results = await Promise.all(
      Array.from({ length: 500 }, (_, index) =>
        doors[index % doors.length]?.findOneAndUpdate(
          { _id: 1 },
          { $inc: { b: 1 } },
          { upsert: true, returnDocument: 'after' },
        ),
      ),
    );
    expect(new Set(results.map((row) => row?.b)).size).toBe(500);
  });
});
