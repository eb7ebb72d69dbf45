import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from '@tiffin/testing/eventually';
import { TEST_SECRET } from './stand.fixture.ts';

const HERE = import.meta.dirname;
/**
 * What main.ts does, in a database of the test's own. Its modules are loaded at once, which takes a second; the service starts at the first
 * line of input, and says which port it took.
 */
const SERVICE = `
  const { readConfig } = await import(${JSON.stringify(import.meta.resolve('@tiffin/platform/config/read-config'))});
  const { createApp } = await import(${JSON.stringify(join(HERE, 'app.ts'))});
  const { riderSettings } = await import(${JSON.stringify(join(HERE, 'config.ts'))});
  process.stdin.once('end', () => process.exit());
  process.stdin.once('data', async () => {
    const config = readConfig(riderSettings, process.env, { production: false });
    const app = await createApp(config, { databaseName: process.env.TEST_DATABASE });
    console.log(app.port);
  });
`;

export type RiderProcess = {
  readonly url: string;
  /** SIGKILL: nothing is finished, nothing is said. */
  kill(): Promise<void>;
};

/** The rider service as a process of its own, loaded and waiting. It ends with the test, however that ends. */
export const prepareRiderProcess = (env: Record<string, string>) => {
  const child = spawn(
    process.execPath,
    ['--conditions=source', '--import', import.meta.resolve('tsx'), '--input-type=module', '-e', SERVICE],
    {
      env: {
        ...process.env,
        JWT_SECRET: TEST_SECRET,
        SERVICE_TOKEN_SECRET: `${TEST_SECRET}-service`,
        LOG_LEVEL: 'silent',
        PORT: '0',
        ...env,
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const exited = once(child, 'exit');
  const port = Promise.race([once(createInterface({ input: child.stdout }), 'line'), exited]);
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  return {
    /** Resolves when the service says that it is ready. */
    start: async (): Promise<RiderProcess> => {
      child.stdin.write('go\n');
      const url = `http://127.0.0.1:${(await port)[0]}`;
      await eventually('the rider service to be ready', async () => (await fetch(`${url}/readyz`)).ok, {
        withinMs: 30_000,
        everyMs: 20,
      });
      return { url, kill };
    },
    kill,
  };
};
