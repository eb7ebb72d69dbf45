import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { distanceM, type Point } from '@tiffin/contracts/geo';
import mongoose from 'mongoose';
import { randomFrom } from '../dispatch/random.ts';
import type { Figure, Measured } from '../figure.ts';
import { startNode } from '../load/child-process.ts';
import type { Bench } from '../measurement.ts';
import { ratioOf, spreadOf } from '../statistics.ts';
import { CORNERS, placesIn } from './crowd.ts';
import { createGrid } from './grid.ts';
import { connectRedis } from './redis.ts';

const COUNT = 10;
const REACH_M = 5_000;
const SIZES = [10_000, 100_000];
const MILLION = 1_000_000;
const BATCH = 5_000;
/** How long each side searches in a round. */
const ROUND_MS = 700;
/** About as many riders in a cell where they are many as are looked for. */
const CELL_M = { 10000: 500, 100000: 200, 1000000: 100 } as const;
const STORE = fileURLToPath(new URL('../../../local/document-store/dist/main.js', import.meta.url));
const REDIS = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server'];

type Search = (around: Point) => unknown;
type Side = { readonly what: string; readonly search: Search; close(): Promise<void> };

const gridOf = (riders: readonly Point[]): Side & { movesPerSecond(place: () => Point): number } => {
  const cellM = CELL_M[riders.length as keyof typeof CELL_M];
  const grid = createGrid({ corners: CORNERS, cellM, riders: riders.length });
  for (const [rider, at] of riders.entries()) grid.put(rider, at);
  return {
    what: 'a grid in the process',
    search: (around) => grid.nearest(around, COUNT, REACH_M),
    movesPerSecond: (place) => {
      const places = Array.from({ length: riders.length }, place);
      const startedAt = performance.now();
      for (const [rider, at] of places.entries()) grid.put(rider, at);
      return (places.length / (performance.now() - startedAt)) * 1_000;
    },
    close: async () => undefined,
  };
};

const everybody = (riders: readonly Point[]): Side => ({
  what: 'looking at everybody',
  search: (around) =>
    riders
      .map((at, rider) => ({ rider, awayM: distanceM(around, at) }))
      .filter(({ awayM }) => awayM <= REACH_M)
      .sort((one, other) => one.awayM - other.awayM)
      .slice(0, COUNT),
  close: async () => undefined,
});

/** The path of the service: mongoose, `$near`, a partial index of those on duty; here on the embedded store. */
const databaseOf = async (riders: readonly Point[]): Promise<Side> => {
  const folder = await mkdtemp(join(tmpdir(), 'tiffin-bench-nearest-'));
  const store = await startNode(STORE, ['--port', '0', '--data', folder, '--exit-with-parent']);
  const connection = await mongoose
    .createConnection(`mongodb://127.0.0.1:${store.port}/bench?directConnection=true`)
    .asPromise();
  const schema = new mongoose.Schema({ _id: Number, free: Boolean, at: mongoose.Schema.Types.Mixed });
  schema.index({ at: '2dsphere' }, { partialFilterExpression: { free: true } });
  const model = connection.model('Rider', schema, 'riders');
  await model.init();
  for (let from = 0; from < riders.length; from += BATCH) {
    const some = riders.slice(from, from + BATCH).map((at, index) => ({ _id: from + index, free: true, at }));
    await model.collection.insertMany(some as never);
  }
  return {
    what: '$near on a partial index, through mongoose, embedded store',
    search: (around) =>
      model
        .find({ free: true, at: mongoose.trusted({ $near: { $geometry: around, $maxDistance: REACH_M } }) })
        .limit(COUNT)
        .lean(),
    close: async () => {
      await connection.close();
      await store.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
};

const words = ({ coordinates: [lng, lat] }: Point) => [lng.toFixed(7), lat.toFixed(7)] as const;

/** A private Redis without persistence; undefined where none is installed. */
const redisOf = async (riders: readonly Point[]): Promise<Side | undefined> => {
  const program = REDIS.find(existsSync);
  if (!program) return undefined;
  const port = await freePort();
  const child = spawn(program, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], {
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  const redis = await answering(port);
  for (let from = 0; from < riders.length; from += BATCH) {
    const members = riders.slice(from, from + BATCH).flatMap((at, index) => [...words(at), String(from + index)]);
    await redis.send('GEOADD', 'riders', ...members);
  }
  return {
    what: 'Redis GEOSEARCH',
    search: (around) => {
      const [lng, lat] = words(around);
      const radius = ['BYRADIUS', String(REACH_M), 'm', 'ASC', 'COUNT', String(COUNT)];
      return redis.send('GEOSEARCH', 'riders', 'FROMLONLAT', lng, lat, ...radius);
    },
    close: async () => {
      redis.close();
      child.kill();
      await exited;
    },
  };
};

const ATTEMPTS = 100;
const answering = async (port: number) => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const redis = connectRedis(port);
    const answered = await redis.send('PING').catch(() => undefined);
    if (answered === 'PONG') return redis;
    redis.close();
    await wait(20);
  }
  throw new Error('Redis did not start');
};

/** Searches a second, one after the other. */
const rateOf = async (search: Search, place: () => Point): Promise<number> => {
  const startedAt = performance.now();
  let searches = 0;
  while (performance.now() - startedAt < ROUND_MS) {
    const found = search(place());
    if (found instanceof Promise || typeof (found as { then?: unknown }).then === 'function') await found;
    searches += 1;
  }
  return (searches / (performance.now() - startedAt)) * 1_000;
};

const measureSize = async (size: number, { rounds, say }: Bench): Promise<readonly Figure[]> => {
  const random = randomFrom(size);
  const place = placesIn(random);
  const riders = Array.from({ length: size }, place);
  const grid = gridOf(riders);
  say(`${size} riders`);
  const database = size < MILLION ? await databaseOf(riders) : undefined;
  const redis = await redisOf(riders);
  const others = [database, redis, everybody(riders)].filter((side) => side !== undefined);
  try {
    const rates = new Map<Side, number[]>([grid, ...others].map((side) => [side, []]));
    for (let round = 0; round <= rounds; round += 1) {
      for (const [side, measured] of rates) {
        const rate = await rateOf(side.search, place);
        if (round > 0) measured.push(rate); // the first warms up
      }
    }
    const ours = rates.get(grid) ?? [];
    const moves = Array.from({ length: rounds }, () => grid.movesPerSecond(place));
    return [
      ...others.map((side, index): Figure => {
        const theirs = rates.get(side) ?? [];
        return {
          name: index === 0 ? `near: the nearest ${COUNT} within 5 km of ${size}, a grid in the process` : '  the same',
          unit: '/s',
          ours: spreadOf(ours),
          beside: { what: side.what, figure: spreadOf(theirs), ratio: ratioOf(ours, theirs) },
        };
      }),
      { name: `near: moves in that grid, ${size} riders`, unit: '/s', ours: spreadOf(moves) },
    ];
  } finally {
    for (const side of others) await side.close();
  }
};

/** The nearest riders: how the service finds them, beside an index in the process and beside Redis. */
export const measureNearest = async (bench: Bench): Promise<Measured> => {
  const figures: Figure[] = [];
  for (const size of bench.million ? [...SIZES, MILLION] : SIZES) figures.push(...(await measureSize(size, bench)));
  return {
    figures,
    notes: [
      'near: everybody is on duty, searches come one after the other; $near and Redis are other processes and answer over loopback, the grid is a call. The embedded store is not MongoDB: its rate says nothing of one.',
      ...(REDIS.some(existsSync) ? [] : ['near: no redis-server is installed here, so Redis was not measured.']),
    ],
    faults: [],
  };
};
