import { join } from 'node:path';
import Database from 'libsql';
import mongoose from 'mongoose';
import { sampleDocument } from './sample-document.ts';

/** The same three pieces of work on bare SQLite in this process: no protocol, no other process, one index, one commit for `together` writes. */
export type RawLibsql = {
  read(id: number): void;
  insert(ids: readonly number[]): void;
  update(ids: readonly number[]): void;
  close(): void;
};

const { serialize } = mongoose.mongo.BSON;

/** `together` documents share a commit, as whatever arrives at once does in the store. */
export const openRawLibsql = (folder: string, rows: number): RawLibsql => {
  const database = new Database(join(folder, 'raw.sqlite'));
  database.prepare('PRAGMA locking_mode = EXCLUSIVE').get([]);
  database.prepare('PRAGMA journal_mode = WAL').get([]);
  database.exec('PRAGMA synchronous = FULL');
  database.exec('CREATE TABLE rows (id INTEGER PRIMARY KEY, body BLOB NOT NULL)');
  const select = database.prepare('SELECT body FROM rows WHERE id = ?').raw();
  const insertOne = database.prepare('INSERT INTO rows VALUES (?, ?)');
  const updateOne = database.prepare('UPDATE rows SET body = ? WHERE id = ?');
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const together = (ids: readonly number[], write: (id: number) => void): void => {
    begin.run([]);
    for (const id of ids) write(id);
    commit.run([]);
  };
  let changes = 0;
  const raw: RawLibsql = {
    read: (id) => {
      select.get([id]);
    },
    insert: (ids) => together(ids, (id) => insertOne.run([id, Buffer.from(serialize(sampleDocument(id)))])),
    update: (ids) =>
      together(ids, (id) => {
        select.get([id]);
        changes += 1;
        updateOne.run([Buffer.from(serialize({ ...sampleDocument(id), seq: changes })), id]);
      }),
    close: () => database.close(),
  };
  raw.insert(Array.from({ length: rows }, (_, id) => id));
  return raw;
};
