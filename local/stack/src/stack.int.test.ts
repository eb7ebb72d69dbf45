import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { askBroker } from './broker-probe.ts';
import { builtFile } from './children.ts';
import { busyPorts } from './port-holder.ts';
import { portsFrom } from './ports.ts';
import { runProgram } from './run-program.ts';
import { aPlace, eventually, type Started, start, stillRunning } from './started-stack.fixture.ts';

const knock = (stack: { door: string; stackKey: string }, path: string, body?: object): Promise<Response> =>
  fetch(`${stack.door}/_stack${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { 'x-stack-key': stack.stackKey, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });

const signedInReply = z.object({ token: z.string(), stackKey: z.string() });

const problemOf = ({ lines }: Started): string => {
  const line = lines.find((one) => 'event' in one && one.event === 'problem');
  return line && 'message' in line ? String(line.message) : JSON.stringify(lines);
};

/** Several starts of the whole stack; on a busy machine one takes a while. */
const LONGEST_MS = 180_000;

const own = (base: number): number[] => Object.values(portsFrom(base));

describe('a stack on a broker that was running', () => {
  test(
    'says where everything is, keeps its secrets for one person, survives a killed child, and leaves nothing behind',
    async () => {
      const place = await aPlace();
      const started = start(place);
      const { urls, infrastructure } = await started.ready();

      expect(urls).toEqual({
        restaurant: `http://127.0.0.1:${place.base + 1}`,
        rider: `http://127.0.0.1:${place.base + 2}`,
        realtime: `http://127.0.0.1:${place.base + 3}`,
        utils: `http://127.0.0.1:${place.base + 4}`,
        razorpay: `http://127.0.0.1:${place.base + 10}`,
      });
      expect(infrastructure.rabbitmq).toMatchObject({ from: 'running' });
      for (const url of [urls.restaurant, urls.rider, urls.realtime, urls.utils]) {
        expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ status: 'pass' });
      }
      const stack = await started.file();
      expect((await stat(join(place.data, 'stack.json'))).mode & 0o777).toBe(0o600);
      expect(stack).toMatchObject({ urls, infrastructure });
      expect(Object.keys(stack.children).sort()).toEqual(
        ['razorpay', 'realtime', 'restaurant', 'rider', 'store', 'utils'].sort(),
      );

      const ready = started.lines.find((line) => 'consoleUrl' in line);
      expect(ready).toMatchObject({ consoleUrl: expect.stringMatching(`^${urls.realtime}/console#code=.{32}$`) });
      const [, code] = JSON.stringify(ready).match(/#code=([^"]+)"/) ?? [];
      const signedIn = await fetch(`${stack.door}/_stack/sign-in`, {
        method: 'POST',
        headers: { origin: urls.realtime },
        body: JSON.stringify({ code }),
      });
      const { token, stackKey } = signedInReply.parse(await signedIn.json());
      expect(stackKey).toBe(stack.stackKey);
      const authorization = `Bearer ${token}`;
      expect((await fetch(`${urls.utils}/admin/events`, { headers: { authorization } })).status).toBe(200);
      const fromPage = { headers: { origin: urls.realtime } };
      for (const url of [`${stack.door}/_stack`, `${urls.razorpay}/_control/state`]) {
        const { headers } = await fetch(url, fromPage);
        expect(headers.get('access-control-allow-origin')).toBe(urls.realtime);
      }
      const printed = await runProgram(
        process.execPath,
        [builtFile('cli/dist/console-command.js'), '--data', place.data],
        { deadlineMs: LONGEST_MS },
      );
      expect(printed).toMatchObject({ output: expect.stringMatching(`^${urls.realtime}/console#code=.{32}\n$`) });

      const second = start(place);
      expect(await second.ended).toMatchObject({ code: 1 });
      expect(problemOf(second)).toContain(`A stack runs on ${place.data} already: pid ${started.process.pid}`);

      const neighbour = start({ ...(await aPlace()), base: place.base });
      expect(await neighbour.ended).toMatchObject({ code: 1 });
      expect(problemOf(neighbour)).toContain(`${place.base + 1}  pid ${stack.children.restaurant?.pid}: `);
      expect(problemOf(neighbour)).toMatch(/npm start -- --port-base \d+$/);

      expect((await knock({ ...stack, stackKey: 'guessed' }, '')).status).toBe(401);
      expect((await knock(stack, '/mongod/kill', {})).status).toBe(404);
      expect((await knock(stack, '/rider/kill', { signal: 'SIGUSR1' })).status).toBe(400);
      const killed = await knock(stack, '/rider/kill', {});
      expect(await killed.json()).toEqual({ child: 'rider', pid: stack.children.rider?.pid, signal: 'SIGKILL' });
      const again = await eventually(async () => {
        const now = await started.file();
        expect(now.children.rider?.pid).not.toBe(stack.children.rider?.pid);
        expect(await (await fetch(`${urls.rider}/readyz`)).json()).toMatchObject({ status: 'pass' });
        return now;
      });
      expect(again.children.restaurant).toEqual(stack.children.restaurant);
      expect(JSON.stringify(started.lines)).toContain('rider ended (killed by SIGKILL); it starts again in 1 s');

      expect(await (await knock(stack, '/utils/stop', {})).json()).toMatchObject({ state: 'stopped', pid: null });
      await expect(fetch(`${urls.utils}/livez`)).rejects.toThrow();
      expect(await (await knock(stack, '/utils/start', {})).json()).toMatchObject({ state: 'ready' });

      const last = await started.file();
      started.process.kill('SIGINT');
      expect(await started.ended).toEqual({ code: 0, signal: null });
      expect(await stillRunning(last)).toEqual([]);
      expect(await busyPorts(own(place.base))).toEqual([]);
      expect(await askBroker(infrastructure.rabbitmq.url)).toEqual({ kind: 'no-vhost' });
    },
    LONGEST_MS,
  );

  test(
    'a killed stack takes its children with it, and the next start finds its secrets and its vhost again',
    async () => {
      const place = await aPlace();
      const first = start(place);
      const before = await first.ready();
      const file = await first.file();
      // Nobody wakes it up any more, and a sleeping process does not notice that its parent has gone.
      await knock(file, '/realtime/pause', { ms: 600_000 });
      first.process.kill('SIGKILL');
      await first.ended;
      await eventually(async () => expect(await stillRunning(file)).toEqual(['realtime']));

      const second = start(place);
      expect(await second.ready()).toEqual(before);
      expect(await stillRunning(file)).toEqual([]);
      expect((await second.file()).secrets).toEqual(file.secrets);
      expect(JSON.stringify(second.lines)).toContain('The start before this one was killed; waiting for its 1 process');
      second.process.kill('SIGINT');
      expect(await second.ended).toEqual({ code: 0, signal: null });
    },
    LONGEST_MS,
  );
});

test('a wrong configuration ends the start with one list of all that is wrong, whoever wants it', async () => {
  const started = start(await aPlace(), { env: { JWT_SECRET: 'short', OFFER_TTL_S: 'abc', RAZORPAY_KEY_ID: 'mine' } });
  expect(await started.ended).toEqual({ code: 78, signal: null });
  const lines = problemOf(started).split('\n');
  expect(lines[0]).toBe('the configuration has 3 problems:');
  expect(lines.filter((line) => line.startsWith('  JWT_SECRET: is not valid (is shorter than 32 bytes)'))).toEqual([
    expect.stringMatching(/\(restaurant, rider, realtime, utils\)$/),
  ]);
  expect(lines.filter((line) => line.startsWith('  OFFER_TTL_S: '))).toEqual([expect.stringMatching(/\(rider\)$/)]);
  expect(lines.filter((line) => line.startsWith('  RAZORPAY_KEY_ID: '))).toHaveLength(1);
});

test('an infrastructure that does not answer is named before anything is started', async () => {
  const env = { MONGODB_URL: 'mongodb://127.0.0.1:1', RABBITMQ_URL: 'amqp://guest:wrong@127.0.0.1:5672' };
  const started = start(await aPlace(), { env });
  expect(await started.ended).toEqual({ code: 1, signal: null });
  expect(problemOf(started)).toContain('MONGODB_URL names a MongoDB that does not answer');
  expect(problemOf(started)).toContain('RABBITMQ_URL names a RabbitMQ that refuses this user and password');
});

test('a damaged identity ends the start with one sentence that says how to mend it', async () => {
  const place = await aPlace();
  await writeFile(join(place.data, 'identity.json'), '{"id":"0123');
  const started = start(place);
  expect(await started.ended).toEqual({ code: 1, signal: null });
  expect(problemOf(started)).toMatch(/identity\.json is damaged\. .*npm start -- --data \S+ --fresh$/);
  expect(started.errors()).toBe('');
});

test('it does not run in production', async () => {
  const started = start(await aPlace(), { env: { NODE_ENV: 'production' } });
  expect(await started.ended).toEqual({ code: 78, signal: null });
  expect(problemOf(started)).toContain('It does not run with NODE_ENV=production');
});
