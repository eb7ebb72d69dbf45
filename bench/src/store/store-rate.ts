import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import mongoose from 'mongoose';
import type { Figure, Measured } from '../figure.ts';
import { type NodeChild, startNode } from '../load/child-process.ts';
import { inParallel } from '../load/in-parallel.ts';
import type { Bench } from '../measurement.ts';
import { alternate } from '../rounds.ts';
import { ratioOf, spreadOf } from '../statistics.ts';
import { measureNear } from './near.ts';
import { openRawLibsql } from './raw-libsql.ts';
import { sampleDocument } from './sample-document.ts';

const IN_FLIGHT = 50;
const ROWS = 10_000;
const OPERATIONS = 15_000;
const STORE = fileURLToPath(new URL('../../../local/document-store/dist/main.js', import.meta.url));
const NULL_SERVER = fileURLToPath(new URL('./null-server-command.js', import.meta.url));

type Row = ReturnType<typeof sampleDocument>;
type Work = 'read' | 'insert' | 'update';
const WORK: readonly { work: Work; what: string; atLeast: number }[] = [
  { work: 'read', what: 'point read', atLeast: 0.7 },
  { work: 'insert', what: 'insert', atLeast: 0.5 },
  { work: 'update', what: 'conditional update ($set, $inc, $push)', atLeast: 0.5 },
];

/** The rate of one kind of work through the driver, to whichever server. Ids never repeat between rounds of inserts. */
const throughDriver = (client: mongoose.mongo.MongoClient) => {
  const rows = client.db('bench').collection<Row>('rows');
  const seqs = new Map<number, number>();
  let inserted = ROWS;
  const once: Record<Work, (index: number) => Promise<unknown>> = {
    read: (index) => rows.findOne({ _id: (index * 7) % ROWS }),
    insert: () => rows.insertOne(sampleDocument(inserted++)),
    update: async (index) => {
      const id = index % ROWS;
      const seq = seqs.get(id) ?? 0;
      seqs.set(id, seq + 1);
      const entry = { seq: seq + 1, type: 'ORDER_ACCEPTED', at: new Date() };
      const { matchedCount } = await rows.updateOne(
        { _id: id, seq },
        {
          $set: { 'state.status': 'accepted', updatedAt: new Date() },
          $inc: { seq: 1 },
          $push: { stream: { $each: [entry], $slice: -5 } },
        },
      );
      if (matchedCount !== 1) throw new Error(`row ${id} was not at ${seq}`);
    },
  };
  return async (work: Work): Promise<number> => {
    const startedAt = performance.now();
    await inParallel([...Array(OPERATIONS).keys()], IN_FLIGHT, (index) => once[work](index));
    return (OPERATIONS / (performance.now() - startedAt)) * 1_000;
  };
};

const throughLibsql = (folder: string) => {
  const raw = openRawLibsql(folder, ROWS);
  let inserted = ROWS;
  const batches = Array.from({ length: OPERATIONS / IN_FLIGHT });
  const all: Record<Work, () => void> = {
    read: () => {
      for (let index = 0; index < OPERATIONS; index += 1) raw.read((index * 7) % ROWS);
    },
    insert: () => {
      for (const _ of batches) raw.insert(Array.from({ length: IN_FLIGHT }, () => inserted++));
    },
    update: () => {
      for (const [batch] of batches.entries()) {
        raw.update(Array.from({ length: IN_FLIGHT }, (_, index) => (batch * IN_FLIGHT + index) % ROWS));
      }
    },
  };
  return async (work: Work): Promise<number> => {
    const startedAt = performance.now();
    all[work]();
    return (OPERATIONS / (performance.now() - startedAt)) * 1_000;
  };
};

const connect = (server: NodeChild) =>
  new mongoose.mongo.MongoClient(`mongodb://127.0.0.1:${server.port}/?directConnection=true`, {
    maxPoolSize: IN_FLIGHT,
  }).connect();

/** What the embedded store does a second, beside a server that does nothing and beside bare SQLite; and its searches by place. */
export const measureStore = async (bench: Bench): Promise<Measured> => {
  const { rounds, say } = bench;
  const folder = await mkdtemp(join(tmpdir(), 'tiffin-bench-store-'));
  const store = await startNode(STORE, ['--port', '0', '--data', join(folder, 'store'), '--exit-with-parent']);
  const nothing = await startNode(NULL_SERVER, []);
  const clients = [await connect(store), await connect(nothing)] as const;
  try {
    const rows = clients[0].db('bench').collection<Row>('rows');
    await rows.insertMany(Array.from({ length: ROWS }, (_, id) => sampleDocument(id)));
    const [ours, theirs, raw] = [throughDriver(clients[0]), throughDriver(clients[1]), throughLibsql(folder)];
    const figures: Figure[] = [];
    const details: Record<string, unknown> = {};
    for (const { work, what, atLeast } of WORK) {
      say(what);
      const rates = await alternate(
        rounds,
        { ours: () => ours(work), nothing: () => theirs(work), raw: () => raw(work) },
        say,
      );
      const limit = { what: 'a server that does nothing', figure: spreadOf(rates.nothing) };
      const bare = { what: 'raw libsql in one process', figure: spreadOf(rates.raw) };
      figures.push(
        {
          name: `store: ${what}, ${IN_FLIGHT} in flight`,
          unit: '/s',
          ours: spreadOf(rates.ours),
          beside: { ...limit, ratio: ratioOf(rates.ours, rates.nothing) },
          target: { of: 'ratio', atLeast },
        },
        {
          name: '  the same',
          unit: '/s',
          ours: spreadOf(rates.ours),
          beside: { ...bare, ratio: ratioOf(rates.ours, rates.raw) },
        },
      );
      details[work] = rates;
    }
    const near = await measureNear(bench, STORE);
    return {
      figures: [...figures, ...near.figures],
      notes: [
        `store: documents of 1 KB, ${ROWS} of them, ${OPERATIONS} operations a round through the driver of this process, which takes most of a core itself: the server that does nothing shows how much. Raw libsql commits ${IN_FLIGHT} writes together.`,
        ...near.notes,
      ],
      details,
      faults: [],
    };
  } finally {
    await Promise.all(clients.map((client) => client.close()));
    await Promise.all([store.stop(), nothing.stop()]);
    await rm(folder, { recursive: true, force: true });
  }
};
