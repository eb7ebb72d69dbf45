import type { IncomingMessage, ServerResponse } from 'node:http';
import { createNodeServer } from '@tiffin/platform/http/node-server';
import * as z from 'zod';
import type { Breakages } from './breakages.ts';
import { actOnChild } from './child-verbs.ts';
import type { ConsoleDoor } from './console-sign-in.ts';
import { type Answer, answered, problem } from './door-answer.ts';
import { receive } from './door-visitor.ts';
import { sameSecret } from './same-secret.ts';
import type { Supervised } from './supervise.ts';

const LOOPBACK = '127.0.0.1';
/** A hundred people with long names. */
const LARGEST_BODY_BYTES = 128 * 1_024;

/** What stands behind the door. */
type House = {
  readonly port: number;
  readonly key: string;
  /** The origins of the pages that may speak to it. */
  readonly origins: readonly string[];
  readonly children: ReadonlyMap<string, Supervised>;
  readonly console: ConsoleDoor;
  readonly breakages: Breakages;
};

class BodyTooLarge extends Error {}

const readBody = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const piece = Buffer.from(chunk);
    bytes += piece.length;
    if (bytes > LARGEST_BODY_BYTES) throw new BodyTooLarge();
    chunks.push(piece);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  return text.trim() === '' ? {} : JSON.parse(text);
};

type Act = (body: unknown) => Answer | Promise<Answer>;

const statusOf = ({ children, breakages }: House): Answer => {
  const all = [...children].map(([name, child]) => [name, child.status()] as const);
  return answered({ pid: process.pid, children: Object.fromEntries(all), ...breakages.status() });
};

/** What a path under `/_stack/` does, or why there is nothing. */
const actAt = ({ children, console, breakages }: House, [name = '', verb]: readonly string[]): Act | Answer => {
  switch (verb === undefined ? name : `${name}/${verb}`) {
    case 'console-links':
      return console.link;
    case 'tokens':
      return console.tokens;
    case 'poison':
      return breakages.poison;
    case 'rabbitmq/outage':
      return (body) => breakages.outage('rabbitmq', body);
    case 'store/outage':
      return (body) => breakages.outage('store', body);
  }
  const child = children.get(name);
  if (!child) return problem('not_found', `${name} is not a child of this stack`);
  if (verb === undefined) return problem('method_not_allowed', `POST /_stack/${name}/kill, pause, stop or start`);
  return (body) => actOnChild(child, verb, body);
};

const serve = async (request: IncomingMessage, house: House): Promise<Answer> => {
  const [root, ...path] = (request.url ?? '/').replace(/\?.*$/, '').split('/').slice(1);
  const isPost = request.method === 'POST';
  if (isPost && root === '_stack' && path.join('/') === 'sign-in') {
    return house.console.signIn(await readBody(request));
  }
  const given = request.headers['x-stack-key'];
  if (typeof given !== 'string' || !sameSecret(given, house.key)) {
    return problem('unauthorized', 'the header x-stack-key is missing or wrong; stack.json has it');
  }
  if (root !== '_stack' || path.length > 2) return problem('not_found', 'there is only /_stack');
  if (path.length === 0) {
    return request.method === 'GET' ? statusOf(house) : problem('method_not_allowed', 'GET /_stack');
  }
  const act = actAt(house, path);
  if (typeof act !== 'function') return act;
  if (!isPost) return problem('method_not_allowed', `POST /_stack/${path.join('/')}`);
  return act(await readBody(request));
};

/** Whatever goes wrong behind the door is an answer; nothing ends the supervisor. */
const answerTo = (request: IncomingMessage, house: House): Promise<Answer> =>
  serve(request, house).catch((error: unknown) => {
    if (error instanceof z.ZodError) return problem('bad_request', z.prettifyError(error));
    if (error instanceof SyntaxError) return problem('bad_request', 'the body is not JSON');
    if (error instanceof BodyTooLarge) return problem('too_large', `a body has ${LARGEST_BODY_BYTES} bytes at most`);
    return problem('unavailable', error instanceof Error ? error.message : 'it failed');
  });

export type Door = { close(): Promise<void> };

/**
 * The supervisor's door, for the console, tests and demonstrations: what runs, ways to break it, and tokens. On loopback only, for programs
 * of this machine and the console's pages; every request but the sign-in shows the key.
 */
export const openDoor = async (house: House): Promise<Door> => {
  const send = (response: ServerResponse, { status, body, headers }: Answer): void => {
    const type = status < 400 ? 'application/json' : 'application/problem+json';
    // Tokens and keys are in some of the answers.
    response.writeHead(status, { ...headers, 'content-type': type, 'cache-control': 'no-store' });
    response.end(JSON.stringify(body));
  };
  const { listen, close } = createNodeServer((request, response) => {
    const visit = receive(request, house);
    switch (visit.kind) {
      case 'refused':
        return send(response, visit.answer);
      case 'preflight':
        response.writeHead(204, visit.headers).end();
        return;
      case 'welcome':
        for (const [name, value] of Object.entries(visit.headers)) response.setHeader(name, value);
        void answerTo(request, house).then((answer) => send(response, answer));
    }
  });
  await listen(house.port, LOOPBACK);
  return { close: () => close(0) };
};
