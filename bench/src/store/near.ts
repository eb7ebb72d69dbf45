import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import type { Measured } from '../figure.ts';
import { startNode } from '../load/child-process.ts';
import { residentMB } from '../load/processes.ts';
import type { Bench } from '../measurement.ts';
import { quantile, spreadOf } from '../statistics.ts';
import { sampleDocument } from './sample-document.ts';

const RIDERS = 100_000;
const SEARCHES = 2_000;
const LIMIT = 10;
/** The corner of a city of about 40 by 40 km, in degrees, and its side. */
const CITY = { lng: 77.4, lat: 12.8, side: 0.37 };

const somewhere = () => ({
  type: 'Point' as const,
  coordinates: [CITY.lng + Math.random() * CITY.side, CITY.lat + Math.random() * CITY.side],
});

/** Searches by place among 100,000 riders, what they take in memory, and how long an empty store needs to start. */
export const measureNear = async (
  { rounds, say }: Bench,
  storeFile: string,
): Promise<Pick<Measured, 'figures' | 'notes'>> => {
  const folder = await mkdtemp(join(tmpdir(), 'tiffin-bench-near-'));
  const start = (data: string) =>
    startNode(storeFile, ['--port', '0', '--data', join(folder, data), '--exit-with-parent']);
  const starts: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const startedAt = performance.now();
    const empty = await start(`empty-${round}`);
    if (round > 0) starts.push(performance.now() - startedAt); // the first warms the disk
    await empty.stop();
  }

  const store = await start('riders');
  const client = await new mongoose.mongo.MongoClient(
    `mongodb://127.0.0.1:${store.port}/?directConnection=true`,
  ).connect();
  try {
    const riders = client.db('bench').collection('riders');
    await riders.createIndex({ at: '2dsphere' }, { partialFilterExpression: { free: true } });
    say(`putting ${RIDERS} riders on the map`);
    for (let first = 0; first < RIDERS; first += 5_000) {
      const some = Array.from({ length: 5_000 }, (_, index) => first + index);
      await riders.insertMany(
        some.map((id) => ({ ...sampleDocument(id), _id: id as never, free: true, at: somewhere() })),
      );
    }
    const p50s: number[] = [];
    const p99s: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const took: number[] = [];
      for (let search = 0; search < SEARCHES; search += 1) {
        const startedAt = performance.now();
        const found = await riders
          .find({ free: true, at: { $near: { $geometry: somewhere(), $maxDistance: 5_000 } } })
          .limit(LIMIT)
          .toArray();
        took.push(performance.now() - startedAt);
        if (found.length !== LIMIT) throw new Error(`${found.length} riders were found`);
      }
      if (round === 0) continue; // warms up
      p50s.push(quantile(took, 0.5));
      p99s.push(quantile(took, 0.99));
    }
    const figures: Measured['figures'] = [
      {
        name: `store: $near, limit ${LIMIT} of ${RIDERS}, p50`,
        unit: 'ms',
        ours: spreadOf(p50s),
        target: { of: 'figure', atMost: 1 },
      },
      { name: '  the same, p99', unit: 'ms', ours: spreadOf(p99s), target: { of: 'figure', atMost: 8 } },
      {
        name: `store: memory with ${RIDERS} riders`,
        unit: 'MB',
        ours: spreadOf([await residentMB(store.pid)]),
        target: { of: 'figure', atMost: 250 },
      },
      {
        name: 'store: start of an empty one',
        unit: 'ms',
        ours: spreadOf(starts),
        target: { of: 'figure', atMost: 300 },
      },
    ];
    const notes = [
      `store: ${SEARCHES} searches a round, one after the other, each answered with whole documents of 1 KB; memory is resident (VmRSS) after them.`,
    ];
    return { figures, notes };
  } finally {
    await client.close();
    await store.stop();
    await rm(folder, { recursive: true, force: true });
  }
};
