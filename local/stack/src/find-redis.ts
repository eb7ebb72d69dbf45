import { connect } from 'node:net';

export type FoundRedis = { from: 'env' | 'running'; url: string } | { from: 'absent' };

const HOST = '127.0.0.1';
const USUAL_PORT = 6_379;
const ANSWER_MS = 1_000;

/** Whether a Redis that lets us in listens here: it answers PING (RESP, inline form) with PONG. */
const answersPing = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: HOST, port });
    const finish = (answers: boolean) => {
      clearTimeout(deadline);
      socket.destroy();
      resolve(answers);
    };
    const deadline = setTimeout(() => finish(false), ANSWER_MS);
    socket.on('error', () => finish(false));
    socket.on('connect', () => socket.write('PING\r\n'));
    socket.on('data', (chunk: Buffer) => finish(chunk.toString('latin1').startsWith('+PONG')));
  });

/** REDIS_URL, else a server on 6379, else none: nothing needs it. */
export const findRedis = async ({
  given,
  port = USUAL_PORT,
}: {
  given: string | undefined;
  port?: number;
}): Promise<FoundRedis> => {
  if (given) return { from: 'env', url: given };
  return (await answersPing(port)) ? { from: 'running', url: `redis://${HOST}:${port}` } : { from: 'absent' };
};
