import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

const source = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);

// A whole service in a process of its own: configuration, a real port, a clean end.
const SERVICE = `
import http from 'node:http';
import * as z from ${JSON.stringify(import.meta.resolve('zod'))};
import { readConfig } from ${source('../config/read-config.ts')};
import { commonSettings } from ${source('../config/common-settings.ts')};
import { runService } from ${source('./run-service.ts')};

await runService({
  name: 'utils',
  env: process.env,
  argv: process.argv,
  async start(env) {
    readConfig(z.object(commonSettings), env, { production: env.NODE_ENV === 'production' });
    const server = http.createServer((request, response) => {
      if (request.url === '/throw') setImmediate(() => { throw new Error('thrown by a handler'); });
      if (request.url === '/reject') void Promise.reject(new Error('rejected by a handler'));
      response.end('served');
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return {
      port: server.address().port,
      drain: async () => { process.stdout.write('drained\\n'); },
      close: async () => { server.closeAllConnections(); server.close(); process.stdout.write('closed\\n'); },
    };
  },
});
`;

const SECRETS = {
  JWT_SECRET: 'rk4Vq0Zt9mB2xWc7Lp1sHy6Nd3Ge8Ufa',
  SERVICE_TOKEN_SECRET: 'Jx2Tn8Qe5Wv1Ck7Zb4Ry9Mg6Ps3Ld0Hu',
};

let folder: string;
let script: string;
let child: ChildProcess | undefined;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-service-'));
  script = join(folder, 'service.mts');
  writeFileSync(script, SERVICE);
});
afterEach(() => {
  child?.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true }));

const startChild = (env: Record<string, string>, argv: string[] = []) => {
  const loader = import.meta.resolve('tsx');
  const started = spawn(process.execPath, ['--conditions=source', '--import', loader, script, ...argv], {
    env: { PATH: process.env.PATH, ...env },
    stdio: 'pipe',
  });
  child = started;
  let printed = '';
  let said = '';
  started.stderr.on('data', (text) => {
    said += String(text);
  });
  const ended = new Promise<{ code: number | null; printed: string; said: string }>((resolve) => {
    started.once('close', (code) => resolve({ code, printed, said }));
  });
  const ready = new Promise<number>((resolve, reject) => {
    started.stdout.on('data', (text) => {
      printed += String(text);
      const line = printed.split('\n').find((one) => one.includes('"event":"ready"'));
      if (line) resolve(Number(JSON.parse(line).port));
    });
    void ended.then((end) => reject(new Error(`it ended before it was ready: ${JSON.stringify(end)}`)));
  });
  // Only some tests wait for it.
  ready.catch(() => undefined);
  return { process: started, ready, ended };
};

it('exits with 78 and one list when its configuration cannot be used', async () => {
  const { code, said } = await startChild({ NODE_ENV: 'production', PORT: 'x', JWT_SECRET: 'hunter2' }).ended;
  expect(code).toBe(78);
  for (const name of ['PORT', 'JWT_SECRET', 'SERVICE_TOKEN_SECRET', 'MONGODB_URL'])
    expect(said).toContain(`  ${name}: `);
  expect(said).not.toContain('hunter2');
});

it('serves once it is ready, and drains, closes and exits with 0 at SIGTERM', async () => {
  const service = startChild(SECRETS);
  const port = await service.ready;
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('served');
  service.process.kill('SIGTERM');
  const { code, printed } = await service.ended;
  expect(code).toBe(0);
  expect(printed.split('\n').filter((line) => !line.startsWith('{'))).toEqual(['drained', 'closed', '']);
  expect(printed.split('\n').filter((line) => line.includes('"event":"ready"'))).toHaveLength(1);
});

it('ends the same way when its parent lets go of its standard input', async () => {
  const service = startChild(SECRETS, ['--exit-with-parent']);
  await service.ready;
  service.process.stdin?.end();
  const { code, printed } = await service.ended;
  expect(code).toBe(0);
  // The log writes to the same stream, perhaps between the two.
  expect(printed.split('\n').filter((line) => !line.startsWith('{'))).toEqual(['drained', 'closed', '']);
});

it('logs a fault nobody caught and exits with 1', async () => {
  for (const path of ['/throw', '/reject']) {
    const service = startChild(SECRETS);
    const port = await service.ready;
    await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined);
    const { code, printed } = await service.ended;
    expect(code).toBe(1);
    expect(printed).toContain('"level":"fatal"');
    expect(printed).toContain('the service crashed');
  }
});
