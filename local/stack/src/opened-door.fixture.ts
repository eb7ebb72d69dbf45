import { type IncomingHttpHeaders, request } from 'node:http';
import { onTestFinished } from 'vitest';
import { consoleOrigins } from './console-address.ts';
import { createConsoleCodes } from './console-codes.ts';
import { createConsoleDoor } from './console-sign-in.ts';
import { tokenSigner } from './development-tokens.ts';
import { openDoor } from './door.ts';
import { freeBaseNear } from './port-holder.ts';
import { breakagesOf } from './stack-breakages.ts';

export const STACK_KEY = 'the key of stack.json';
export const JWT_SECRET = 'a secret that signs tokens, long enough for HS256';
const REALTIME_PORT = 4_003;
export const [CONSOLE = '', CONSOLE_BY_NAME = ''] = consoleOrigins(REALTIME_PORT);

type Reply = { status: number; headers: IncomingHttpHeaders; body: Record<string, unknown> };

/** Asks as any client can, also with headers that `fetch` forbids. */
const ask = (
  port: number,
  { method, path, headers, body }: { method: string; path: string; headers: Record<string, string>; body?: string },
): Promise<Reply> =>
  new Promise((resolve, reject) => {
    // No kept connection: the next test's door may have the port of this one.
    const asked = request({ agent: false, host: '127.0.0.1', port, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        const parsed: Record<string, unknown> = text === '' ? {} : JSON.parse(text);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parsed });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });

/** Everything was there before, named by a person. */
const nothingOurs = (): Parameters<typeof breakagesOf>[0] => ({
  found: {
    mongodb: { from: 'running', url: 'mongodb://127.0.0.1:1', notes: [] },
    rabbitmq: { from: 'env', url: 'amqp://127.0.0.1:1', notes: [] },
    redis: { from: 'absent' },
    fake: false,
  },
  gate: undefined,
  find: () => undefined,
  brokerUrl: 'amqp://127.0.0.1:1',
  env: {},
});

/** A door of the test's own, without children, with a clock that the test moves. */
export const aDoor = async ({ signs = true }: { signs?: boolean } = {}) => {
  const port = await freeBaseNear(30_000 - Math.floor(Math.random() * 150) * 100, [0]);
  if (port === undefined) throw new Error('no free port');
  let at = new Date('2026-01-01T12:00:00.500Z');
  const now = () => at;
  const console = createConsoleDoor({
    codes: createConsoleCodes({ now }),
    sign: signs ? tokenSigner(JWT_SECRET, { now }) : undefined,
    stackKey: STACK_KEY,
    realtimeUrl: CONSOLE,
  });
  const door = await openDoor({
    port,
    key: STACK_KEY,
    origins: [CONSOLE, CONSOLE_BY_NAME],
    children: new Map(),
    console,
    breakages: breakagesOf(nothingOurs()),
  });
  onTestFinished(() => door.close());

  const get = (path: string, headers: Record<string, string> = {}) => ask(port, { method: 'GET', path, headers });
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    ask(port, { method: 'POST', path, headers, body: JSON.stringify(body) });
  const withKey = { 'x-stack-key': STACK_KEY };
  return {
    port,
    now,
    pass: (ms: number) => {
      at = new Date(at.getTime() + ms);
    },
    get,
    post,
    preflight: (headers: Record<string, string>) => ask(port, { method: 'OPTIONS', path: '/_stack', headers }),
    withKey,
    signIn: (code: string) => post('/_stack/sign-in', { code }),
    /** The code of a fresh link. */
    code: async (): Promise<string> => {
      const { body } = await post('/_stack/console-links', {}, withKey);
      return String(body.url).split('#code=')[1] ?? '';
    },
    firstUrl: console.firstUrl,
  };
};
