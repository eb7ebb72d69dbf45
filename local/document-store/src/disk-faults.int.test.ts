import { spawn } from 'node:child_process';
import { copyFile, open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectTo, runStoreProcess, startStoreProcess, temporaryFolder } from './temporary-store.fixture.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

/** A store that may not write a file longer than this: to its process the disk is full. */
const startOnSmallDisk = async (folder: string, kilobytes: number) => {
  const command = `trap "" XFSZ; ulimit -f ${kilobytes}; exec "$0" "$@"`;
  const flags = ['--conditions=source', '--import', 'tsx', MAIN, '--port', '0', '--data', folder];
  const child = spawn('/bin/bash', ['-c', command, process.execPath, ...flags], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const end = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(end);
  const line = await new Promise<string>((resolve) => createInterface(child.stdout).once('line', resolve));
  return { port: JSON.parse(line).port, end };
};

describe('a disk that is full', () => {
  it('fails the write with OutOfDiskSpace, answers reads, and keeps what was acknowledged', async () => {
    const folder = await temporaryFolder();
    const store = await startOnSmallDisk(folder, 2_048);
    const client = await connectTo(`mongodb://127.0.0.1:${store.port}/?directConnection=true`);
    const rows = client.db('test').collection<{ _id: number; text: string }>('rows');
    const text = 'x'.repeat(5_000);
    let kept = 0;
    const fill = async () => {
      for (; kept < 2_000; kept += 1) await rows.insertOne({ _id: kept, text });
    };
    await expect(fill()).rejects.toMatchObject({ code: 14031, message: expect.stringContaining('make room') });
    expect(kept).toBeGreaterThan(10);
    expect(await rows.countDocuments()).toBe(kept);
    await expect(rows.insertOne({ _id: -1, text })).rejects.toMatchObject({ code: 14031 });
    await client.close();
    await store.end();

    const again = await startStoreProcess(folder);
    const roomy = await connectTo(`mongodb://127.0.0.1:${again.port}/?directConnection=true`);
    const after = roomy.db('test').collection<{ _id: number; text: string }>('rows');
    expect(await after.distinct('_id')).toEqual(Array.from({ length: kept }, (_, id) => id));
    await after.insertOne({ _id: kept, text });
    await again.kill();
  });
});

describe('a damaged file', () => {
  /** A folder with a thousand rows, stopped properly, and a copy of its file. */
  const filled = async () => {
    const folder = await temporaryFolder();
    const store = await startStoreProcess(folder);
    const client = await connectTo(`mongodb://127.0.0.1:${store.port}/?directConnection=true`);
    const rows = client.db('test').collection<{ _id: number; text: string }>('rows');
    await rows.insertMany(Array.from({ length: 1_000 }, (_, _id) => ({ _id, text: `${_id} `.repeat(100) })));
    await client.close();
    await store.stop();
    const file = join(folder, 'documents.sqlite');
    await copyFile(file, `${file}.copy`);
    return { folder, file };
  };

  it.each([
    ['its header', () => 0],
    ['its middle', (size: number) => Math.floor(size / 2 / 4096) * 4096],
  ])('is refused at the start when %s was overwritten, with what to do, and is not touched', async (_name, place) => {
    const { folder, file } = await filled();
    const handle = await open(file, 'r+');
    await handle.write(Buffer.alloc(4096, 0xa5), 0, 4096, place((await stat(file)).size));
    await handle.close();
    const damaged = await readFile(file);
    const started = await runStoreProcess(folder);
    expect(started).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('is damaged, and nothing of it was changed'),
    });
    expect((await readFile(file)).equals(damaged)).toBe(true);
    expect((await readdir(folder)).sort()).toEqual(['documents.sqlite', 'documents.sqlite.copy']);

    await copyFile(`${file}.copy`, file);
    const mended = await startStoreProcess(folder);
    const client = await connectTo(`mongodb://127.0.0.1:${mended.port}/?directConnection=true`);
    expect(await client.db('test').collection('rows').countDocuments()).toBe(1_000);
    await mended.kill();
  });
});
