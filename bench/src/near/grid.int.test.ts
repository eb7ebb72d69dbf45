import type { Point } from '@tiffin/contracts/geo';
import { withDatabase } from '@tiffin/testing/database';
import mongoose from 'mongoose';
import { expect, it } from 'vitest';
import { randomFrom } from '../dispatch/random.ts';
import { CORNERS, placesIn } from './crowd.ts';
import { createGrid } from './grid.ts';

/** How many riders there are and how often they move and are looked for; `npm run test:long` asks for the full size. */
const [RIDERS, ROUNDS] = process.env.TIFFIN_LONG ? [10_000, 100] : [400, 3];
const SEARCHES = 20;
const SEED = Number(process.env.TIFFIN_SEED ?? 1);

it('D18: the grid finds the same riders as $near on a partial index, whoever goes off duty and wherever they ride', async () => {
  const database = await withDatabase('grid');
  const client = await new mongoose.mongo.MongoClient(database.url).connect();
  try {
    const riders = client.db(database.name).collection<{ _id: number; free: boolean; at: Point }>('riders');
    await riders.createIndex({ at: '2dsphere' }, { partialFilterExpression: { free: true } });
    const random = randomFrom(SEED);
    const place = placesIn(random);
    const grid = createGrid({ corners: CORNERS, cellM: 300, riders: RIDERS });
    await riders.insertMany(
      Array.from({ length: RIDERS }, (_, rider) => {
        const at = place();
        grid.put(rider, at);
        return { _id: rider, free: true, at };
      }),
    );
    for (let round = 0; round < ROUNDS; round += 1) {
      for (let search = 0; search < SEARCHES; search += 1) {
        const around = place();
        const reachM = [500, 2_000, 5_000][search % 3] ?? 0;
        const near = { $near: { $geometry: around, $maxDistance: reachM } };
        const found = await riders.find({ free: true, at: near }).limit(10).toArray();
        expect(grid.nearest(around, 10, reachM)).toEqual(found.map(({ _id }) => _id));
      }
      await riders.bulkWrite(
        Array.from({ length: RIDERS / 4 }, () => {
          const rider = Math.floor(random.next() * RIDERS);
          const at = place();
          const free = random.next() > 0.3;
          if (free) grid.put(rider, at);
          else grid.remove(rider);
          return { updateOne: { filter: { _id: rider }, update: { $set: { free, at } } } };
        }),
      );
    }
  } finally {
    await client.close();
    await database.close();
  }
});
