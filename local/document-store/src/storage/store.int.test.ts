import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { encode } from '../bson/encode.ts';
import type { Document } from '../bson/value.ts';
import { temporaryFolder } from '../temporary-store.fixture.ts';
import { openSqlite } from './sqlite.ts';
import { openStore, type Store } from './store.ts';

const add = (store: Store, name: string, document: Document): void => {
  store.catalog.ensure('test', name).insert(document, encode(document));
};

const documentsIn = (store: Store, name: string): Document[] => {
  const collection = store.catalog.find('test', name);
  return collection ? [...collection.scan()].map((id) => collection.read(id)?.document ?? {}) : [];
};

describe('the store', () => {
  it('undoes a command that fails half way, and keeps the others of its transaction', async () => {
    const path = join(await temporaryFolder(), 'a.sqlite');
    const store = openStore(path);
    store.write(() => add(store, 'rows', { _id: 1 }));
    const failing = () =>
      store.write(() => {
        add(store, 'rows', { _id: 2 });
        add(store, 'others', { _id: 3 });
        throw new Error('half way');
      });
    expect(failing).toThrow('half way');
    store.write(() => add(store, 'rows', { _id: 4 }));
    expect(documentsIn(store, 'rows')).toEqual([{ _id: 1 }, { _id: 4 }]);
    store.commit();
    store.close();
    const again = openStore(path);
    onTestFinished(() => again.close());
    expect(documentsIn(again, 'rows')).toEqual([{ _id: 1 }, { _id: 4 }]);
    expect(again.catalog.collections('test')).toEqual(['rows']);
  });

  it('forgets what was not committed', async () => {
    const path = join(await temporaryFolder(), 'a.sqlite');
    const store = openStore(path);
    store.write(() => add(store, 'rows', { _id: 1 }));
    store.commit();
    store.write(() => add(store, 'rows', { _id: 2 }));
    store.close();
    const again = openStore(path);
    onTestFinished(() => again.close());
    expect(documentsIn(again, 'rows')).toEqual([{ _id: 1 }]);
  });

  it('reads through its cache what it wrote, after more documents than the cache holds', async () => {
    const store = openStore(join(await temporaryFolder(), 'a.sqlite'));
    onTestFinished(() => store.close());
    const pad = 'x'.repeat(50_000);
    store.write(() => {
      for (let _id = 0; _id < 400; _id += 1) add(store, 'rows', { _id, pad });
    });
    store.commit();
    expect(documentsIn(store, 'rows').map(({ _id }) => _id)).toEqual(Array.from({ length: 400 }, (_, _id) => _id));
  });
});

describe('a SQLite statement', () => {
  it('refuses what libsql would end the process over, or bind as NULL', async () => {
    const sqlite = openSqlite(join(await temporaryFolder(), 'a.sqlite'));
    onTestFinished(() => sqlite.close());
    const statement = sqlite.prepare('SELECT ?, ?');
    expect(() => statement.first(1)).toThrow('1 parameters');
    for (const value of [true, undefined, {}, [], 5n, new Date()]) {
      expect(() => Reflect.apply(statement.first, undefined, [1, value])).toThrow('cannot be bound');
    }
    const bytes = Buffer.from([0, 255]);
    expect(statement.first(bytes, 'text')).toEqual([bytes, 'text']);
    expect(statement.all(1.5, null)).toEqual([[1.5, null]]);
  });
});
