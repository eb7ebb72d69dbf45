import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Document, EJSON } from 'bson';
import { type Db, MongoClient, MongoServerError } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answers, type ConformanceCase, readChapters } from './conformance.fixture.ts';
import { type DocumentStore, startDocumentStore } from './server.ts';

/** Everything as it came over the wire: int32, int64 and double stay what they are. */
const AS_SENT = { promoteValues: false, promoteLongs: false, bsonRegExp: true } as const;

const canonical = (value: unknown): unknown => JSON.parse(EJSON.stringify(value, { relaxed: false }));
const inSomeOrder = (values: readonly unknown[]): readonly unknown[] =>
  [...values].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

/** Numbers of a reply by value: servers differ in whether `n` is an int or a double. */
const plain = (value: unknown): unknown => JSON.parse(EJSON.stringify(value, { relaxed: true }));

const run = async (database: Db, one: ConformanceCase): Promise<{ reply?: Document; code?: number }> => {
  const commands: readonly Document[] = Array.isArray(one.command) ? one.command : [one.command];
  let reply: Document = {};
  for (const [index, command] of commands.entries()) {
    try {
      reply = await database.command(command, AS_SENT);
    } catch (error) {
      if (!(error instanceof MongoServerError)) throw error;
      if (index < commands.length - 1) throw new Error(`command ${index} failed`, { cause: error });
      return { code: Number(error.code) };
    }
  }
  return { reply };
};

const judge = ({ reply, code }: { reply?: Document; code?: number }, answers: Answers): void => {
  expect(code === undefined ? {} : { error: { code } }).toEqual(
    answers.error === undefined ? {} : { error: { code: Number(answers.error.code) } },
  );
  if (answers.documents || answers.values) {
    const found = answers.documents ? reply?.cursor?.firstBatch : reply?.values;
    const [actual, expected] = [found ?? [], answers.documents ?? answers.values ?? []].map((list) =>
      list.map((item: unknown) => JSON.stringify(canonical(item))),
    );
    if (answers.inAnyOrder) expect(inSomeOrder(actual ?? [])).toEqual(inSomeOrder(expected ?? []));
    else expect(actual).toEqual(expected);
  }
  const writeErrors = (reply?.writeErrors ?? []).map(({ index, code: of }: Document) => plain({ index, code: of }));
  if (answers.error === undefined) expect(writeErrors).toEqual(plain(answers.writeErrors ?? []));
  if (answers.reply) expect(plain(reply)).toMatchObject(plain(answers.reply) as object);
};

const prepare = async (database: Db, { indexes = [], given }: ConformanceCase): Promise<void> => {
  await database.command({ drop: 'c' }).catch(() => undefined); // 26: it was not there
  if (indexes.length > 0) await database.command({ createIndexes: 'c', indexes });
  if (given.length > 0) {
    const { writeErrors } = await database.command({ insert: 'c', documents: given });
    expect(writeErrors).toBeUndefined();
  }
};

const contentOf = async (database: Db): Promise<string[]> => {
  const { cursor } = await database.command({ find: 'c', sort: { _id: 1 } }, AS_SENT);
  return cursor.firstBatch.map((document: Document) => JSON.stringify(canonical(document)));
};

const chapters = readChapters();
const servers = [
  { name: 'the embedded store', url: undefined },
  ...(process.env.MONGODB_URL ? [{ name: 'MongoDB', url: process.env.MONGODB_URL }] : []),
];

describe.each(servers)('as a MongoDB answers: $name', ({ url }) => {
  let store: DocumentStore | undefined;
  let client: MongoClient;
  let database: Db;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'conformance-'));
    store = url === undefined ? await startDocumentStore({ dataFolder: folder, port: 0 }) : undefined;
    client = await new MongoClient(url ?? store?.url ?? '').connect();
    database = client.db(`conformance-${randomUUID().slice(0, 8)}`);
  });
  afterAll(async () => {
    await database.dropDatabase();
    await client.close();
    await store?.close();
    await rm(folder, { recursive: true, force: true });
  });

  for (const { chapter, cases } of chapters) {
    describe(chapter, () => {
      for (const one of cases) {
        it(one.name, async () => {
          await prepare(database, one);
          const { answers, leaves } = (url === undefined && one.here) || one;
          judge(await run(database, one), answers);
          if (leaves) expect(await contentOf(database)).toEqual(leaves.map((item) => JSON.stringify(canonical(item))));
        });
      }
    });
  }
});
