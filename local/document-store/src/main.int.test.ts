import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectTo, temporaryFolder } from './temporary-store.fixture.ts';

const start = async (...flags: string[]) => {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const folder = await temporaryFolder();
  const child = spawn(
    process.execPath,
    ['--conditions=source', '--import', 'tsx', main, '--port', '0', '--data', folder, ...flags],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const exitCode = new Promise<number | null>((resolve) => child.once('close', resolve));
  const line = await new Promise<string>((resolve) => createInterface(child.stdout).once('line', resolve));
  return { child, exitCode, ready: JSON.parse(line), stderr: () => stderr };
};

/** Runs it to its end, and what it said on standard error. */
const run = async (...flags: string[]): Promise<{ code: number | null; lines: string[] }> => {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=source', '--import', 'tsx', main, ...flags]);
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += String(chunk);
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, lines: said.trim().split('\n') };
};

describe('the process', () => {
  it('says when it is ready and what it is, and ends cleanly on SIGTERM', async () => {
    const { child, exitCode, ready, stderr } = await start();
    expect(ready).toEqual({ event: 'ready', port: expect.any(Number) });
    expect(stderr()).toContain('not MongoDB');
    const client = await connectTo(`mongodb://127.0.0.1:${ready.port}/?directConnection=true`);
    await client.db('test').collection('rows').insertOne({});
    child.kill('SIGTERM');
    expect(await exitCode).toBe(0);
  });

  it('says in one line what is wrong with its flags or its folder', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    expect(await run('--nope')).toEqual({
      code: 2,
      lines: ["tiffin-store: Unknown option '--nope'. See tiffin-store --help"],
    });
    const inFile = await run('--port', '0', '--data', join(folder, 'file', 'deeper'));
    expect(inFile).toMatchObject({ code: 1 });
    expect(inFile.lines.at(-1)).toMatch(/cannot be used: a part of its path is a file; choose another with --data$/);
    expect((await run('--help')).code).toBe(0);
  });

  it('ends when its parent does, if told so', async () => {
    const { child, exitCode } = await start('--exit-with-parent');
    child.stdin.end();
    expect(await exitCode).toBe(0);
  });
});
