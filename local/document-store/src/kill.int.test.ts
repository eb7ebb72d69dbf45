import { setTimeout as sleep } from 'node:timers/promises';
import type { Collection } from 'mongodb';
import { expect, it } from 'vitest';
import { connectTo, startStoreProcess, temporaryFolder } from './temporary-store.fixture.ts';

const KILLS = process.env.TIFFIN_LONG ? 300 : 20;
const WRITERS = 8;
const ROWS_PER_WRITER = 30;
const LONGEST_LIFE_MS = 250;

/** Everything in a row follows from its version, so that half a write shows. */
interface Row {
  _id: string;
  version: number;
  double: number;
  /** Unique over all rows. */
  mark: string;
  at: { type: 'Point'; coordinates: [number, number] };
}

const rowOf = (_id: string, version: number): Row => {
  const serial = Number(_id.replace('-', ''));
  return {
    _id,
    version,
    double: version * 2,
    mark: `${_id}/${version}`,
    at: { type: 'Point', coordinates: [(serial % 360) - 180, ((version * 7) % 180) - 90] },
  };
};

/** What a writer was told, and what it had asked for when the connection broke. */
interface Known {
  acknowledged: number;
  asked: number;
}

/** Inserts, changes and removes its own rows, one after the other, until the store dies under it. Version 0: not there. */
const write = async (rows: Collection<Row>, writer: number, known: Map<string, Known>): Promise<void> => {
  for (let step = 0; ; step += 1) {
    const id = `${writer}-${step % ROWS_PER_WRITER}`;
    const row = known.get(id) ?? { acknowledged: 0, asked: 0 };
    known.set(id, row);
    const before = row.acknowledged;
    const next = before % 5 === 4 ? 0 : before + 1;
    row.asked = next;
    if (before === 0) await rows.insertOne(rowOf(id, next));
    else if (next === 0) await rows.deleteOne({ _id: id });
    else {
      const { _id, ...changes } = rowOf(id, next);
      const { matchedCount } = await rows.updateOne({ _id, version: before }, { $set: changes });
      if (matchedCount !== 1) throw new Error(`${id} was not at version ${before}`);
    }
    row.acknowledged = next;
  }
};

/** Every row as acknowledged, or as asked for last, whole; and every index knows the same rows. */
const check = async (rows: Collection<Row>, known: Map<string, Known>): Promise<void> => {
  const found = new Map((await rows.find().hint({ $natural: 1 }).toArray()).map((row) => [row._id, row]));
  for (const [id, row] of known) {
    const version = found.get(id)?.version ?? 0;
    expect([row.acknowledged, row.asked], id).toContain(version);
    Object.assign(row, { acknowledged: version, asked: version });
  }
  for (const row of found.values()) expect(row).toEqual(rowOf(row._id, row.version));
  const ids = [...found.keys()].sort();
  const byMark = await rows
    .find({ mark: { $gte: '' } })
    .hint('mark_1')
    .toArray();
  expect(byMark.map(({ _id }) => _id).sort()).toEqual(ids);
  const around = { $near: { $geometry: { type: 'Point' as const, coordinates: [0, 0] } } };
  const byPlace = await rows.find({ at: around }).toArray();
  expect(byPlace.map(({ _id }) => _id).sort()).toEqual(ids);
  for (const row of [...found.values()].slice(0, 20)) expect(await rows.findOne({ mark: row.mark })).toEqual(row);
};

it(`keeps every acknowledged write, whole and in every index, over ${KILLS} kills under ${WRITERS} writers`, {
  timeout: KILLS * 20_000,
}, async () => {
  const folder = await temporaryFolder();
  const known = new Map<string, Known>();
  let acknowledged = 0;
  for (let kill = 0; kill <= KILLS; kill += 1) {
    const process = await startStoreProcess(folder);
    const client = await connectTo(`mongodb://127.0.0.1:${process.port}/?directConnection=true&maxPoolSize=${WRITERS}`);
    const rows = client.db('test').collection<Row>('rows');
    await rows.createIndex({ mark: 1 }, { unique: true, name: 'mark_1' });
    await rows.createIndex({ at: '2dsphere' });
    await check(rows, known);
    const writers = Array.from({ length: WRITERS }, (_, writer) => write(rows, writer, known).catch(() => undefined));
    await sleep(Math.random() * LONGEST_LIFE_MS); // the random point of the kill
    await process.kill();
    await client.close();
    await Promise.all(writers);
    acknowledged += [...known.values()].filter(({ acknowledged: version }) => version > 0).length;
  }
  expect(acknowledged).toBeGreaterThan(KILLS);
});
