import { fileURLToPath } from 'node:url';
import mongoose from 'mongoose';
import type { Figure, Measured } from '../figure.ts';
import { startNode } from '../load/child-process.ts';
import { nowMs, until } from '../load/clock.ts';
import { keepBusy } from '../load/in-parallel.ts';
import { cpuMsOf } from '../load/processes.ts';
import type { Bench } from '../measurement.ts';
import { alternate } from '../rounds.ts';
import { ratioOf, spreadOf } from '../statistics.ts';
import { type ReportingRider, startRiderStand } from './rider-stand.ts';

const RIDERS = 200;
const WIDTH = 32;
const ROUND_MS = 2_000;
const FRAME = 10;
const SINGLE_TARGET = 15_000;
const FRAMES_TARGET = 120_000;
const ROUTE = '/api/v1/riders/me/locations';
const VERIFY_ONLY = fileURLToPath(new URL('./verify-only-command.js', import.meta.url));
/** Riders at 1 Hz for the count of writes: 1,000 points. */
const PACED_RIDERS = 50;
const PACED_SECONDS = 20;
const WRITES_TARGET = 100;
const SECOND = 1_000;
const METRES_A_DEGREE = 111_319;

type Rate = { readonly pointsPerCoreSecond: number; readonly pointsPerSecond: number };

/** A rider's next points, a millisecond apart by his own clock: so fast as nobody reports, and each of them is accepted. */
const pointsOf = (rider: ReportingRider, count: number) =>
  Array.from({ length: count }, () => {
    rider.seq += 1;
    rider.atMs = Math.max(rider.atMs + 1, Date.now() - SECOND);
    rider.north += 0.01;
    const location = { type: 'Point', coordinates: [77.6, 12.97 + rider.north / METRES_A_DEGREE] };
    return { seq: rider.seq, at: new Date(rider.atMs).toISOString(), location, accuracyM: 8 };
  });

/** GPS points through the rider service for each second of a core it uses, beside a server that only verifies and answers. */
export const measurePointRate = async ({ rounds, say, broker }: Bench): Promise<Measured> => {
  const stand = await startRiderStand(await (await broker.open()).vhost('positions'), RIDERS);
  const verifyOnly = await startNode(VERIFY_ONLY, [], { JWT_SECRET: stand.jwtSecret });
  const faults = new Map<string, number>();
  const count = (fault: string) => faults.set(fault, (faults.get(fault) ?? 0) + 1);
  const idle = [...stand.riders];
  const send = async (url: string, rider: ReportingRider, points: number): Promise<void> => {
    const { status, body } = await stand.http.call('POST', url + ROUTE, rider.token, {
      points: pointsOf(rider, points),
    });
    if (status !== 200) count(`answered ${status}`);
    else if (!body.startsWith(`{"accepted":${points},`)) count('dropped points');
  };
  try {
    const round = async (url: string, pid: number, size: number): Promise<Rate> => {
      let points = 0;
      const startedAt = nowMs();
      const cpuBefore = cpuMsOf(pid);
      await keepBusy(WIDTH, ROUND_MS, async () => {
        // One report of a rider at a time, or two of them could overtake each other.
        const rider = idle.shift();
        if (!rider) throw new Error('there are more connections than riders');
        await send(url, rider, size);
        points += size;
        idle.push(rider);
      });
      const cpuS = (cpuMsOf(pid) - cpuBefore) / SECOND;
      return { pointsPerCoreSecond: points / cpuS, pointsPerSecond: (points * SECOND) / (nowMs() - startedAt) };
    };
    const peerUrl = `http://127.0.0.1:${verifyOnly.port}`;
    const results = await alternate(
      rounds,
      {
        single: () => round(stand.url, stand.pid, 1),
        singlePeer: () => round(peerUrl, verifyOnly.pid, 1),
        frames: () => round(stand.url, stand.pid, FRAME),
        framesPeer: () => round(peerUrl, verifyOnly.pid, FRAME),
      },
      say,
    );
    const writes = await writesAtOneHz(stand, (rider) => send(stand.url, rider, 1));
    const perCore = (rates: readonly Rate[]) => rates.map(({ pointsPerCoreSecond }) => pointsPerCoreSecond);
    const figure = (name: string, ours: readonly Rate[], peer: readonly Rate[], atLeast: number): Figure => ({
      name,
      unit: '/s',
      ours: spreadOf(perCore(ours)),
      beside: {
        what: 'express that verifies and answers',
        figure: spreadOf(perCore(peer)),
        ratio: ratioOf(perCore(ours), perCore(peer)),
      },
      target: { of: 'figure', atLeast },
    });
    return {
      figures: [
        figure('GPS points a core-second, one a request', results.single, results.singlePeer, SINGLE_TARGET),
        figure(`  the same, ${FRAME} a request`, results.frames, results.framesPeer, FRAMES_TARGET),
        {
          name: '  documents written for 1,000 points at 1 Hz',
          unit: 'writes',
          ours: spreadOf([writes]),
          target: { of: 'figure', atMost: WRITES_TARGET },
        },
      ],
      notes: [
        `positions: ${RIDERS} riders on duty report over HTTP as fast as ${WIDTH} connections carry it; counted is the CPU time of the rider service alone, with judging, telling and writing. The express server judges nothing and keeps nothing. The writes are those of ${PACED_RIDERS} riders who walk, as the database counts them.`,
      ],
      details: results,
      faults: [...faults].map(([what, times]) => `positions: ${times} ${what}`),
    };
  } finally {
    await verifyOnly.stop();
    await stand.stop();
  }
};

/** Documents the database has updated of riders while some of them reported once a second, 1,000 points in all. */
const writesAtOneHz = async (
  { mongoUrl, riders }: Awaited<ReturnType<typeof startRiderStand>>,
  report: (rider: ReportingRider) => Promise<unknown>,
): Promise<number> => {
  const client = await new mongoose.mongo.MongoClient(mongoUrl).connect();
  try {
    const positions = client.db('tiffin-rider').collection('riders');
    const written = new Set<string>();
    const look = async () => {
      for (const { _id, position } of await positions.find({}, { projection: { 'position.seq': 1 } }).toArray())
        written.add(`${_id} ${position?.seq}`);
    };
    // What came before is written first.
    await until(nowMs() + 12 * SECOND);
    await look();
    const before = written.size;
    const startsAt = nowMs();
    for (let second = 1; second <= PACED_SECONDS; second += 1) {
      for (const rider of riders.slice(0, PACED_RIDERS)) {
        rider.north += 1;
        await report(rider);
      }
      await until(startsAt + second * SECOND);
      await look();
    }
    return written.size - before;
  } finally {
    await client.close();
  }
};
