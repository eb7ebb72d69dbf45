import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDocumentStore } from '@tiffin/document-store/server';

export type TestDatabase = { readonly url: string; readonly name: string; close(): Promise<void> };

let count = 0;

/**
 * A database of its own for one test file: on the MongoDB that `MONGODB_URL` names, otherwise on an embedded document store started for it.
 */
export const withDatabase = async (label: string): Promise<TestDatabase> => {
  count += 1;
  const name = `tiffin-test-${label}-${process.pid}-${count}`;
  const given = process.env.MONGODB_URL;
  if (given) return { url: given, name, close: async () => undefined };

  const dataFolder = await mkdtemp(join(tmpdir(), 'tiffin-store-'));
  const store = await startDocumentStore({ dataFolder, port: 0 });
  return {
    url: store.url,
    name,
    close: async () => {
      await store.close();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
};
