import nodeProcess from 'node:process';
import { SECOND } from '../clock.ts';
import { ConfigError } from '../config/config-error.ts';
import { createLogger, type Logger } from '../observability/logger.ts';

/** sysexits.h EX_CONFIG: a supervisor need not try again, the configuration will not mend itself. */
const EXIT_CONFIG = 78;
const EXIT_FAULT = 1;
const STOP_DEADLINE_MS = 20 * SECOND;
// Whoever lost its parent lost its database with it: there is nothing to finish, and a new parent waits for its port.
const ORPHAN_DEADLINE_MS = 5 * SECOND;

export const EXIT_WITH_PARENT = '--exit-with-parent';

export type RunningService = {
  port: number;
  /** Takes no new work and finishes what runs. */
  drain(): Promise<void>;
  /** Gives everything back. Called after `drain`. */
  close(): Promise<void>;
};

type ServiceProcess = Pick<NodeJS.Process, 'on' | 'off' | 'exit' | 'stdin' | 'stdout' | 'stderr'>;

type Environment = Record<string, string | undefined>;

type ServiceRun = {
  name: string;
  env: Environment;
  argv: readonly string[];
  start(env: Environment): Promise<RunningService>;
  /** For tests; the real process by default. */
  process?: ServiceProcess;
  logger?: Logger;
};

/** Everything that can end the process, heard until `off`. */
const listen = (
  process: ServiceProcess,
  {
    withParent,
    stop,
    crash,
  }: { withParent: boolean; stop(cause: string, deadlineMs: number): void; crash(fault: unknown): void },
): (() => void) => {
  const stopByParent = () => stop('the parent is gone', ORPHAN_DEADLINE_MS);
  const stopBySignal = (signal: string) => stop(signal, STOP_DEADLINE_MS);
  process.on('SIGTERM', stopBySignal);
  process.on('SIGINT', stopBySignal);
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  if (withParent) {
    // The parent holds the other end of the pipe and never writes: an end means it is gone, however it went.
    process.stdin.on('close', stopByParent);
    process.stdin.on('error', stopByParent);
    process.stdin.resume();
  }
  return () => {
    process.off('SIGTERM', stopBySignal);
    process.off('SIGINT', stopBySignal);
    process.off('uncaughtException', crash);
    process.off('unhandledRejection', crash);
    process.stdin.off('close', stopByParent);
    process.stdin.off('error', stopByParent);
  };
};

/**
 * The life of a service process. Starts it and prints one ready line on standard output; SIGTERM, SIGINT or (with
 * `--exit-with-parent`) the end of standard input drain and close it, exit code 0, or 1 when that takes longer than 20 s (5 s without a parent).
 *
 * A ConfigError is printed as one list on standard error, exit code 78. Any other failure of the start, an uncaught
 * exception or an unhandled rejection is logged and ends the process at once with 1: what state is left nobody knows, and
 * the supervisor starts it anew. Resolves when the process has been told to exit.
 */
export const runService = async ({
  name,
  env,
  argv,
  start,
  process = nodeProcess,
  logger = createLogger({ service: name, level: 'info' }),
}: ServiceRun): Promise<void> => {
  let stopRequested: (cause: string) => void = () => undefined;
  const stopCause = new Promise<string>((resolve) => {
    stopRequested = resolve;
  });
  let deadline: NodeJS.Timeout | undefined;

  const exit = (code: number): void => {
    clearTimeout(deadline);
    off();
    process.exit(code);
  };

  const crash = (fault: unknown): void => {
    logger.fatal({ err: fault instanceof Error ? fault : new Error(`thrown: ${typeof fault}`) }, 'the service crashed');
    exit(EXIT_FAULT);
  };

  // The deadline counts from the first request to stop, also while the start is still running.
  const stop = (cause: string, deadlineMs: number): void => {
    deadline ??= setTimeout(() => {
      logger.fatal('the service did not stop in time');
      exit(EXIT_FAULT);
    }, deadlineMs);
    stopRequested(cause);
  };

  const off = listen(process, { withParent: argv.includes(EXIT_WITH_PARENT), stop, crash });

  try {
    const service = await start(env);
    process.stdout.write(`${JSON.stringify({ event: 'ready', service: name, port: service.port })}\n`);
    logger.info({ reason: await stopCause }, 'stopping');
    await service.drain();
    await service.close();
    exit(0);
  } catch (error) {
    if (!(error instanceof ConfigError)) return crash(error);
    process.stderr.write(`${name}: ${error.message}\n`);
    exit(EXIT_CONFIG);
  }
};
