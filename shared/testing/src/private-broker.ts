import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, connect as dial } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

// The wrapped script in sbin switches to the user `rabbitmq`, who may not write our folder.
const BIN = '/usr/lib/rabbitmq/bin';
export const RABBITMQCTL = join(BIN, 'rabbitmqctl');
const START_TIMEOUT_MS = 60_000;

/** Whether RabbitMQ's own programs are on this machine, as Debian's package puts them there. */
export const canStartPrivateBroker = (): boolean => existsSync(join(BIN, 'rabbitmq-server'));

export type PrivateBroker = {
  readonly url: string;
  readonly port: number;
  /** What `rabbitmqctl` needs in its environment to reach this node. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Resolves when the broker has written which log belongs to which queue. Before RabbitMQ 4 it does so up to half a second after a queue
   * was declared, and a node killed earlier forgets it: the queue comes back empty and never answers (rabbitmq/ra#443).
   */
  queuesOnDisk(): Promise<void>;
  /** Kills the node as a power cut would, and resolves when it is gone. Its data stays. */
  kill9(): Promise<void>;
  /** Stops it properly; takes some seconds. */
  stop(): Promise<void>;
  /** Starts it again, with the same data and port; resolves when the port answers. */
  start(): Promise<void>;
  /** Freezes and thaws the node. */
  freeze(): void;
  thaw(): void;
  /** `rabbitmqctl` against this node. */
  control(...command: string[]): Promise<string>;
  /** Ends it and deletes its data. */
  close(): Promise<void>;
};

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = dial(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

const epmdRuns = () =>
  run('epmd', ['-names']).then(
    () => true,
    () => false,
  );

/**
 * A RabbitMQ node of its own, for tests that hurt the broker: own name, ports, data, cookie and log in a temporary folder. Starts in about
 * 7 s and takes about 150 MB. It shares the machine's epmd, and ends it only when it was started for this node.
 */
export const startPrivateBroker = async (): Promise<PrivateBroker> => {
  const home = await mkdtemp(join(tmpdir(), 'tiffin-broker-'));
  const [port, distributionPort, controlPort] = [await freePort(), await freePort(), await freePort()];
  const node = `tiffin-${port}@localhost`;
  const hadEpmd = await epmdRuns();
  await mkdir(join(home, 'log'));
  await writeFile(join(home, 'rabbitmq.conf'), `listeners.tcp.1 = 127.0.0.1:${port}\nlog.file.level = warning\n`);
  await writeFile(join(home, 'enabled_plugins'), '[].\n');

  const environment = {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: home,
    LANG: 'C.UTF-8',
    RABBITMQ_NODENAME: node,
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_MNESIA_BASE: join(home, 'data'),
    RABBITMQ_LOG_BASE: join(home, 'log'),
    RABBITMQ_CONFIG_FILE: join(home, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(home, 'enabled_plugins'),
    RABBITMQ_CONF_ENV_FILE: join(home, 'none'),
    // As the stack starts its own: schedulers that spin would take the cores from the tests.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+sbwt none +sbwtdcpu none +sbwtdio none',
    // rabbitmqctl picks from eleven ports for the whole machine unless told otherwise.
    RABBITMQ_CTL_DIST_PORT_MIN: String(controlPort),
    RABBITMQ_CTL_DIST_PORT_MAX: String(controlPort + 10),
  };
  let child: ChildProcess | undefined;

  const signalAll = (signal: NodeJS.Signals) => {
    // The script and the virtual machine it starts are one process group.
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, signal);
  };
  const killOnExit = () => signalAll('SIGKILL');
  process.once('exit', killOnExit);

  const gone = async () => {
    while (await answers(port)) await sleep(20);
    child = undefined;
  };
  const start = async () => {
    // Each quorum queue holds files open: with the usual limit of 1024 a node of six hundred queues stops answering.
    const raised = 'ulimit -n "$(ulimit -Hn)" 2>/dev/null; exec "$0"';
    const command = ['-c', raised, join(BIN, 'rabbitmq-server')];
    const starting = spawn('/bin/sh', command, { env: environment, stdio: 'ignore', detached: true });
    child = starting;
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await answers(port))) {
      if (starting.exitCode !== null || Date.now() > deadline) {
        throw new Error(`the private broker did not start; its log is in ${join(home, 'log')}`);
      }
      await sleep(50);
    }
  };
  const end = async (signal: NodeJS.Signals) => {
    const ending = child;
    if (!ending) return;
    const exited = new Promise((resolve) => ending.once('exit', resolve));
    signalAll(signal);
    await exited;
    await gone();
  };

  const control = async (...command: string[]): Promise<string> => {
    const { stdout } = await run(RABBITMQCTL, ['-q', ...command], { env: environment });
    return stdout;
  };

  await start();
  return {
    port,
    environment,
    url: `amqp://guest:guest@127.0.0.1:${port}/%2F`,
    queuesOnDisk: async () => {
      const answer = await control('eval', 'dets:sync(ra_directory_reverse).');
      if (answer.trim() !== 'ok') throw new Error(`the names of the queues were not written: ${answer}`);
    },
    kill9: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    start,
    freeze: () => signalAll('SIGSTOP'),
    thaw: () => signalAll('SIGCONT'),
    control,
    close: async () => {
      signalAll('SIGCONT');
      await end('SIGKILL');
      process.off('exit', killOnExit);
      if (!hadEpmd) await run('epmd', ['-kill']).catch(() => undefined);
      await rm(home, { recursive: true, force: true });
    },
  };
};
