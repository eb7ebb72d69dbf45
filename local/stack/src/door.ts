import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as z from 'zod';
import type { Supervised } from './supervise.ts';

const LOOPBACK = '127.0.0.1';
const LARGEST_BODY_BYTES = 4_096;

const killBody = z.strictObject({
  signal: z.enum(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGSTOP', 'SIGCONT']).default('SIGKILL'),
});
const pauseBody = z.strictObject({ ms: z.int().min(1).max(600_000).default(5_000) });

type Answer = { status: number; body: object };

const answered = (body: object): Answer => ({ status: 200, body });
const problem = (status: number, title: string, detail: string): Answer => ({
  status,
  body: { type: 'about:blank', title, status, detail },
});

// Hashed first: timingSafeEqual wants equal lengths, and the length of the key is nobody's business.
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const readBody = async (request: IncomingMessage): Promise<unknown> => {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > LARGEST_BODY_BYTES) throw new Error('the body is too long');
  }
  return text.trim() === '' ? {} : JSON.parse(text);
};

const act = async (child: Supervised, verb: string, body: unknown): Promise<Answer> => {
  switch (verb) {
    case 'kill': {
      const { signal } = killBody.parse(body);
      const { pid } = child.status();
      if (!child.signal(signal)) return problem(409, 'Conflict', `${child.name} does not run`);
      return answered({ child: child.name, pid, signal });
    }
    case 'pause': {
      const { ms } = pauseBody.parse(body);
      if (!child.pause(ms)) return problem(409, 'Conflict', `${child.name} does not run`);
      return answered({ child: child.name, ...child.status(), ms });
    }
    case 'stop':
      await child.stop();
      return answered({ child: child.name, ...child.status() });
    case 'start':
      await child.start();
      return answered({ child: child.name, ...child.status() });
    default:
      return problem(404, 'Not Found', `${verb} is not one of kill, pause, stop, start`);
  }
};

const serve = async (
  request: IncomingMessage,
  { key, children }: { key: string; children: ReadonlyMap<string, Supervised> },
): Promise<Answer> => {
  const given = request.headers['x-stack-key'];
  if (typeof given !== 'string' || !timingSafeEqual(digest(given), digest(key))) {
    return problem(401, 'Unauthorized', 'the header x-stack-key is missing or wrong; stack.json has it');
  }
  const [root, name, verb, ...rest] = new URL(request.url ?? '/', `http://${LOOPBACK}`).pathname.split('/').slice(1);
  if (root !== '_stack' || rest.length > 0) return problem(404, 'Not Found', 'there is only /_stack');
  if (name === undefined) {
    if (request.method !== 'GET') return problem(405, 'Method Not Allowed', 'GET /_stack');
    const all = [...children].map(([childName, child]) => [childName, child.status()] as const);
    return answered({ pid: process.pid, children: Object.fromEntries(all) });
  }
  const child = children.get(name);
  if (!child) return problem(404, 'Not Found', `${name} is not a child of this stack`);
  if (verb === undefined || request.method !== 'POST') {
    return problem(405, 'Method Not Allowed', `POST /_stack/${name}/kill, pause, stop or start`);
  }
  try {
    return await act(child, verb, await readBody(request));
  } catch (error) {
    if (error instanceof z.ZodError) return problem(400, 'Bad Request', z.prettifyError(error));
    if (error instanceof SyntaxError) return problem(400, 'Bad Request', 'the body is not JSON');
    return problem(503, 'Service Unavailable', error instanceof Error ? error.message : 'it failed');
  }
};

export type Door = { close(): Promise<void> };

/**
 * The supervisor's door, for tests and demonstrations: what runs, and ways to break it. On loopback only; every request shows the key, so
 * that a page in a browser on this machine cannot kill a child.
 */
export const openDoor = ({
  port,
  key,
  children,
}: {
  port: number;
  key: string;
  children: ReadonlyMap<string, Supervised>;
}): Promise<Door> =>
  new Promise((resolve, reject) => {
    const send = (response: ServerResponse, { status, body }: Answer): void => {
      const type = status < 400 ? 'application/json' : 'application/problem+json';
      response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
    };
    const server = createServer((request, response) => {
      void serve(request, { key, children }).then((answer) => send(response, answer));
    });
    server.once('error', reject);
    server.listen(port, LOOPBACK, () =>
      resolve({
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      }),
    );
  });
