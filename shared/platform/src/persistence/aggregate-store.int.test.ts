import { type TestDatabase, withDatabase } from '@tiffin/testing/database';
import { eventually } from '@tiffin/testing/eventually';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type AggregateStore, createAggregateStore } from './aggregate-store.ts';
import { type Database, openDatabase } from './database.ts';
import { changed, type Decision, outrun, unchanged } from './decision.ts';
import { createRelay, type Relay } from './relay.ts';
import type { StreamEvent } from './stored.ts';

const logger = pino({ level: 'silent' });
const counterState = z.object({ count: z.int(), dueAt: z.iso.datetime().optional() });
type Counter = z.infer<typeof counterState>;
type Counted = { type: 'COUNTED'; version: 1; data: { count: number } };

let testDatabase: TestDatabase;
let database: Database;
let number = 0;
beforeAll(async () => {
  testDatabase = await withDatabase('aggregates');
  database = openDatabase({ url: testDatabase.url, name: testDatabase.name, logger });
});
afterAll(async () => {
  await database.close();
  await testDatabase.close();
});

const published: { subject: string; event: StreamEvent }[] = [];
let broken = false;
let accepting = true;
let store: AggregateStore<Counter, Counted>;
let relay: Relay;

const openStore = ({ connection }: Database): AggregateStore<Counter, Counted> =>
  createAggregateStore<Counter, Counted>({
    connection,
    collection: `counters-${number}`,
    aggregate: 'counter',
    state: counterState,
    nextActionAt: ({ dueAt }) => (dueAt === undefined ? undefined : new Date(dueAt)),
    indexes: [[{ 'state.count': 1 }, { unique: true, partialFilterExpression: { 'state.count': { $gt: 1_000 } } }]],
    relay,
    publish: async (_aggregate, subject, event) => {
      if (broken) throw new Error('away');
      published.push({ subject, event });
    },
    now: () => new Date(),
  });

beforeEach(async () => {
  published.length = 0;
  broken = false;
  accepting = true;
  number += 1;
  relay = createRelay({ accepting: () => accepting, logger });
  store = openStore(database);
  await database.ready;
  await store.model.createIndexes();
});

const id = '0'.repeat(24);
const cause = { causationId: null };
const counted = (count: number): Counted => ({ type: 'COUNTED', version: 1, data: { count } });
const begin = () => store.create(id, { count: 1 }, [counted(1)], cause);
const increment = (state: Counter): Decision<Counter, Counted> =>
  changed({ ...state, count: state.count + 1 }, counted(state.count + 1));
const raw = () => store.model.findById(id).lean();

describe('one document, one write', () => {
  it('keeps state and events together, numbered without a hole, in one story', async () => {
    await begin();
    await store.change(id, increment, { causationId: 'because' });
    const history = await store.history(id);
    expect(history?.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(history?.map(({ causationId }) => causationId)).toEqual([null, 'because']);
    expect(new Set(history?.map(({ correlationId }) => correlationId))).toEqual(new Set([history?.[0]?.id]));
    expect((await store.find(id))?.state).toEqual({ count: 2 });
  });

  it('sixty at once in one process follow each other: none is refused, none is lost, none counts twice', async () => {
    await begin();
    await Promise.all(Array.from({ length: 60 }, () => store.change(id, increment, cause)));
    expect((await store.find(id))?.state.count).toBe(61);
    expect((await store.history(id))?.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 61 }, (_, index) => index + 1),
    );
  });

  it('a state that could not be read again is not written', async () => {
    const unreadable = { count: 1.5 };
    await expect(store.create(id, unreadable, [counted(1)], cause)).rejects.toThrow();
    expect(await store.find(id)).toBeUndefined();
    await begin();
    await expect(store.change(id, () => changed(unreadable, counted(2)), cause)).rejects.toThrow();
    expect(await store.find(id)).toMatchObject({ seq: 1, state: { count: 1 } });
  });

  it('a change without an event is guarded like any other: the loser decides again on what the winner left', async () => {
    await begin();
    const silently = (state: Counter): Decision<Counter, Counted> => changed({ ...state, count: state.count + 1 });
    await Promise.all([store.change(id, silently, cause), store.change(id, silently, cause)]);
    expect(await store.find(id)).toMatchObject({ seq: 1, revision: 3, state: { count: 3 } });
  });

  it('what moves beside the state is not written back by a command that read it earlier', async () => {
    await begin();
    const early = await store.find(id);
    if (!early) throw new Error('not there');
    await relay.idle();
    await eventually('the mark', async () => (await raw())?.sentSeq === 1);
    await store.commit(early, { state: { count: 2 }, events: [counted(2)] }, cause);
    await relay.idle();
    await eventually('both marked', async () => (await raw())?.sentSeq === 2);
    expect(await raw()).not.toHaveProperty('unsentSince');
  });

  it('says which unique value is taken: the id, or another index', async () => {
    await begin();
    expect(await begin()).toEqual({ kind: 'taken', index: ['_id'] });
    await store.create('1'.repeat(24), { count: 5_000 }, [], cause);
    const current = await store.find(id);
    if (!current) throw new Error('not there');
    expect(await store.commit(current, { state: { count: 5_000 }, events: [] }, cause)).toEqual({
      kind: 'taken',
      index: ['state.count'],
    });
  });
});

describe('following another stream', () => {
  it('an event at or before the last one seen changes nothing, whatever it says', async () => {
    await begin();
    const follows = (seq: number) => ({ follows: { stream: 'other_1', seq } });
    expect((await store.change(id, increment, cause, follows(5))).kind).toBe('committed');
    expect((await store.change(id, increment, cause, follows(5))).kind).toBe('nothing-new');
    expect((await store.change(id, increment, cause, follows(4))).kind).toBe('nothing-new');
    expect((await store.change(id, () => outrun, cause, follows(6))).kind).toBe('nothing-new');
    expect((await store.change(id, increment, cause, follows(6))).kind).toBe('nothing-new');
    expect((await store.find(id))?.state.count).toBe(2);
  });
});

describe('the copy committed last', () => {
  let otherDatabase: Database;
  let other: AggregateStore<Counter, Counted>;
  beforeEach(async () => {
    otherDatabase = openDatabase({ url: testDatabase.url, name: testDatabase.name, logger });
    await otherDatabase.ready;
    other = openStore(otherDatabase);
  });
  afterEach(() => otherDatabase.close());

  const noticing = (decide: (state: Counter) => Decision<Counter, Counted>) => {
    const decidedOn: number[] = [];
    return {
      decidedOn,
      decide: (state: Counter) => {
        decidedOn.push(state.count);
        return decide(state);
      },
    };
  };

  it('is enough to decide on while nobody else writes', async () => {
    await begin();
    const { decide, decidedOn } = noticing(increment);
    for (let round = 0; round < 3; round += 1) await store.change(id, decide, cause);
    expect(decidedOn).toEqual([1, 2, 3]);
    expect(store.latest(id)).toMatchObject({ seq: 4, state: { count: 4 } });
    expect((await store.find(id))?.state.count).toBe(4);
  });

  it('never outweighs what another process wrote since: the change is decided again', async () => {
    await begin();
    await other.change(id, increment, cause);
    const { decide, decidedOn } = noticing(increment);
    expect(await store.change(id, decide, cause)).toMatchObject({ kind: 'committed', stored: { state: { count: 3 } } });
    expect(decidedOn).toEqual([1, 2]);
    expect((await store.history(id))?.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it('never refuses anybody: a refusal is decided again on what is there now', async () => {
    await begin();
    await other.change(id, increment, cause);
    const onlyFromTwo = (state: Counter): Decision<Counter, Counted> => (state.count === 2 ? increment(state) : outrun);
    expect((await store.change(id, onlyFromTwo, cause)).kind).toBe('committed');
  });

  it('does not let an event through that another process has seen already, and that changed nothing there', async () => {
    await begin();
    const follows = { follows: { stream: 'other_1', seq: 5 } };
    expect((await other.change(id, () => outrun, cause, follows)).kind).toBe('nothing-new');
    expect((await store.change(id, increment, cause, follows)).kind).toBe('nothing-new');
    expect((await store.find(id))?.state.count).toBe(1);
  });
});

describe('relay and sweeper', () => {
  it('publishes in order after the write and marks what is sent', async () => {
    await begin();
    await store.change(id, increment, cause);
    await relay.idle();
    expect(published.map(({ event }) => event.seq)).toEqual([1, 2]);
    await eventually('the mark', async () => (await raw())?.sentSeq === 2);
  });

  it('F2: killed between write and publish: what did not leave waits in its document, and a sweep sends it, oldest first', async () => {
    broken = true;
    await begin();
    await store.change(id, increment, cause);
    await relay.idle();
    expect(published).toEqual([]);
    broken = false;
    expect(await store.sweep(0)).toBe(1);
    await relay.idle();
    expect(published.map(({ event }) => event.seq)).toEqual([1, 2]);
    await eventually('the mark', async () => (await raw())?.unsentSince === undefined);
    expect(await store.sweep(0)).toBe(0);
  });

  it('F2: killed between confirm and mark: the event leaves once more, under the same id', async () => {
    await begin();
    await relay.idle();
    await eventually('the mark', async () => (await raw())?.sentSeq === 1);
    // As if the mark had been lost with the process.
    await store.model.updateOne({ _id: id }, { $set: { sentSeq: 0, unsentSince: new Date(0) } });
    expect(await store.sweep(0)).toBe(1);
    await relay.idle();
    expect(published.map(({ event }) => event.seq)).toEqual([1, 1]);
    expect(new Set(published.map(({ event }) => event.id)).size).toBe(1);
    await eventually('the mark again', async () => (await raw())?.unsentSince === undefined);
  });

  it('one document that cannot be read keeps no other from being sent', async () => {
    accepting = false;
    const bad = '2'.repeat(24);
    const ids = ['1'.repeat(24), bad, '3'.repeat(24)];
    for (const each of ids) await store.create(each, { count: 1 }, [counted(1)], cause);
    await store.model.updateOne({ _id: bad }, { $set: { state: { count: 'many' } } });
    accepting = true;
    await expect(store.sweep(0)).rejects.toThrow(/1 of counters-\d+ cannot be read/);
    await relay.idle();
    expect(published.map(({ subject }) => subject)).toEqual([ids[0], ids[2]]);
  });

  it('F24: one process writes 6 and freezes before publishing, another writes 7: 6 leaves before 7, the mark comes after both', async () => {
    accepting = false; // the frozen process: written, never published
    await begin();
    await store.change(id, increment, cause);
    accepting = true; // the other process reads the document and writes on
    await store.change(id, increment, cause);
    await relay.idle();
    expect(published.map(({ event }) => event.seq)).toEqual([1, 2, 3]);
    await eventually('the mark', async () => (await raw())?.sentSeq === 3);
    expect(await raw()).not.toHaveProperty('unsentSince');
  });

  it('a mark does not hide an event appended meanwhile', async () => {
    await begin();
    await relay.idle();
    accepting = false;
    await store.change(id, increment, cause);
    await eventually('the first mark', async () => (await raw())?.sentSeq === 1);
    expect(await raw()).toHaveProperty('unsentSince');
  });
});

describe('timers', () => {
  it('what is due is claimed once, and again only when the lease is over', async () => {
    await store.create(id, { count: 1, dueAt: new Date(Date.now() - 1_000).toISOString() }, [], cause);
    expect(await store.claimDue(10, 300)).toEqual([id]);
    expect(await store.claimDue(10, 300)).toEqual([]);
    await eventually('the lease to end', async () => (await store.claimDue(10, 60_000)).length === 1);
  });

  it('a state without a next action leaves the scan', async () => {
    await store.create(id, { count: 1, dueAt: new Date(Date.now() - 1_000).toISOString() }, [], cause);
    const rest = ({ count }: Counter): Decision<Counter, Counted> => changed({ count });
    await store.change(id, rest, cause);
    expect(await store.claimDue(10, 300)).toEqual([]);
    expect((await store.change(id, () => unchanged, cause)).kind).toBe('unchanged');
  });
});
