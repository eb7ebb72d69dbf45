import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { onTestFinished } from 'vitest';
import { type DocumentStore, startDocumentStore } from './server.ts';

/** A data folder of its own, gone after the test. */
export const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'document-store-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

export const connectTo = async (url: string): Promise<MongoClient> => {
  const client = await new MongoClient(url, { serverSelectionTimeoutMS: 5_000 }).connect();
  onTestFinished(() => client.close());
  return client;
};

/** A running store and a database in it; a fault in the store fails the test. */
export const startTemporaryStore = async (options: { expirySweepMs?: number } = {}) => {
  const faults: unknown[] = [];
  const dataFolder = await temporaryFolder();
  const store: DocumentStore = await startDocumentStore({
    dataFolder,
    port: 0,
    onFault: (fault) => faults.push(fault),
    ...options,
  });
  onTestFinished(async () => {
    await store.close();
    if (faults.length > 0) throw faults[0];
  });
  const client = await connectTo(store.url);
  return { store, client, database: client.db('test'), dataFolder };
};

export interface StoreProcess {
  readonly pid: number;
  readonly port: number;
  kill(): Promise<void>;
  /** As Ctrl-C. */
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

/** Runs the store as a process of its own; `exit` tells how it ended when it did not become ready. */
export const runStoreProcess = async (
  dataFolder: string,
): Promise<StoreProcess | { readonly exitCode: number | null; readonly stderr: string }> => {
  const child = spawn(
    process.execPath,
    ['--conditions=source', '--import', 'tsx', MAIN, '--port', '0', '--data', dataFolder, '--exit-with-parent'],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    child.stdin.end();
    await exited;
  });
  const line = new Promise<string>((resolve) => createInterface(child.stdout).once('line', resolve));
  const ready = await Promise.race([line, exited]);
  if (typeof ready !== 'string') return { exitCode: ready, stderr };
  const { port } = JSON.parse(ready);
  return {
    pid: child.pid ?? 0,
    port,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    stop: async () => {
      child.kill('SIGINT');
      await exited;
    },
  };
};

/** Starts the process and insists that it became ready. */
export const startStoreProcess = async (dataFolder: string): Promise<StoreProcess> => {
  const started = await runStoreProcess(dataFolder);
  if ('pid' in started) return started;
  throw new Error(`the store did not start: ${started.stderr}`);
};
