import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 50;
/** A broker writes its queues out first. */
const STOP_MS = 20_000;

export type Program = { readonly file: string; readonly args: readonly string[] };

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });

const isOver = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

const end = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (isOver(child) || child.pid === undefined) return resolve();
    const deadline = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    child.once('exit', () => {
      clearTimeout(deadline);
      resolve();
    });
    child.kill('SIGTERM');
  });

/**
 * Runs somebody else's server the way our own processes run: one ready line on standard output once its port answers, a clean stop at
 * SIGTERM or when standard input ends. RabbitMQ and mongod know neither; without this they would outlive a parent that was killed.
 * `helper` runs as long as the server does. Resolves with the exit code to end with.
 */
export const runForeignServer = async ({
  server,
  helper,
  port,
  env,
}: {
  server: Program;
  helper?: Program | undefined;
  port: number;
  env: NodeJS.ProcessEnv;
}): Promise<number> => {
  const start = ({ file, args }: Program): ChildProcess =>
    spawn(file, args, { env, stdio: ['ignore', 'inherit', 'inherit'] });
  const helping = helper && start(helper);
  const serving = start(server);
  const code = new Promise<number>((resolve) => {
    serving.once('exit', (exitCode) => resolve(exitCode ?? 1));
    serving.once('error', () => resolve(1));
  });
  helping?.once('error', () => undefined);

  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    void end(serving);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.stdin.on('close', stop).on('error', stop).resume();

  const watch = async (): Promise<void> => {
    while (!stopping && !isOver(serving)) {
      if (await answers(port)) {
        process.stdout.write(`${JSON.stringify({ event: 'ready', port })}\n`);
        return;
      }
      await pause(LOOK_EVERY_MS);
    }
  };
  void watch();

  const exitCode = await code;
  if (helping) await end(helping);
  return stopping ? 0 : exitCode;
};
