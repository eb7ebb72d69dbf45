import type { ProblemCode } from '@tiffin/contracts/problem';
import type { Logger } from '@tiffin/platform/observability/logger';
import type * as z from 'zod';
import type { LiveSocket } from './live-socket.ts';
import { createTokenBucket } from './token-bucket.ts';

/** A flood is refused politely this often, then the connection is cut. */
const MOST_REFUSALS = 200;

export type Reply = (answer: object) => void;
export type Refusal = { ok: false; code: ProblemCode };
export const refusal = (code: ProblemCode): Refusal => ({ ok: false, code });

/** One kind of request a client may make. `handle` may reply at once or later, once. */
export type RequestHandler = (socket: LiveSocket, payload: unknown, reply: Reply) => void | Promise<void>;

/** Parses the payload before the handler sees it; anything else is `invalid_request`. */
export const request =
  <Schema extends z.ZodType>(
    schema: Schema,
    handle: (socket: LiveSocket, payload: z.output<Schema>, reply: Reply) => void | Promise<void>,
  ): RequestHandler =>
  (socket, payload, reply) => {
    const parsed = schema.safeParse(payload);
    if (!parsed.success) return reply(refusal('invalid_request'));
    return handle(socket, parsed.data, reply);
  };

const replyOf = (last: unknown): Reply => {
  if (typeof last !== 'function') return () => undefined;
  let replied = false;
  return (answer) => {
    if (replied) return;
    replied = true;
    last(answer);
  };
};

/**
 * The one gate for everything a client sends: rate, known name, shape, and no throw gets out. Nothing is ever passed on to socket.io's own
 * listeners: there a client's event called `error`, or a handler that throws on null, would end the process.
 */
export const receive = (
  socket: LiveSocket,
  handlers: ReadonlyMap<string, RequestHandler>,
  { logger, refused }: { logger: Logger; refused: (code: ProblemCode) => void },
) => {
  const bucket = createTokenBucket(performance.now());
  let refusals = 0;

  const refuse = (reply: Reply, code: ProblemCode) => {
    refused(code);
    reply(refusal(code));
  };

  socket.use(([name, ...rest]) => {
    const reply = replyOf(rest.at(-1));
    if (!bucket.take(performance.now())) {
      refusals += 1;
      refuse(reply, 'too_many_requests');
      if (refusals > MOST_REFUSALS) socket.disconnect(true);
      return;
    }
    const handler = typeof name === 'string' ? handlers.get(name) : undefined;
    if (!handler) return refuse(reply, 'invalid_request');
    const payload: unknown = typeof rest[0] === 'function' ? undefined : rest[0];
    const failed = (error: unknown) => {
      logger.error({ err: error, event: name }, 'handling a request of a socket failed');
      refuse(reply, 'internal');
    };
    try {
      handler(socket, payload, reply)?.catch(failed);
    } catch (error) {
      failed(error);
    }
  });
};
