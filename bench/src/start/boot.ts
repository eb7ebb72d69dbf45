import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Figure, Measured } from '../figure.ts';
import { residentMB } from '../load/processes.ts';
import type { Bench } from '../measurement.ts';
import { startPeer } from '../peer/start-peer.ts';
import { ratioOf, spreadOf } from '../statistics.ts';
import { bootStack } from './boot-stack.ts';

const run = promisify(execFile);

/** By then what starting has allocated is collected as far as it will be, and nothing new has come. */
const SETTLE_MS = 5_000;
const SERVICES = ['restaurant', 'rider', 'realtime', 'utils'] as const;

const canHideNetwork = (): Promise<boolean> =>
  run('unshare', ['--net', 'sh', '-c', 'ip link set lo up']).then(
    () => true,
    () => false,
  );

const memoryOf = (pids: readonly (number | undefined)[]): number =>
  pids.reduce((sum: number, pid) => sum + (pid === undefined ? Number.NaN : residentMB(pid)), 0);

/** Seconds from start to ready, with a RabbitMQ that runs and with one that must be started, and what the services hold when idle. */
export const measureBoot = async ({ rounds, say, broker }: Bench): Promise<Measured> => {
  const seconds: { ours: number[]; private: number[]; peer: number[] } = { ours: [], private: [], peer: [] };
  const memory: { ours: number[]; peer: number[] } = { ours: [], peer: [] };
  const { vhost } = await broker.open();
  const brokerUrl = await vhost('boot');
  const hides = await canHideNetwork();
  const notes: string[] = [];

  say('a start that warms the disk');
  const { file } = await bootStack({ hidden: false });
  const found = file.infrastructure.rabbitmq.from;
  for (let round = 1; round <= rounds; round += 1) {
    say(`round ${round} of ${rounds}`);
    const boot = await bootStack({ hidden: false }, async ({ file: { children } }) => {
      await sleep(SETTLE_MS);
      memory.ours.push(memoryOf(SERVICES.map((name) => children[name]?.pid)));
    });
    seconds.ours.push(boot.tookMs / 1_000);

    const startedAt = performance.now();
    const peer = await startPeer(brokerUrl);
    seconds.peer.push((performance.now() - startedAt) / 1_000);
    await sleep(SETTLE_MS);
    memory.peer.push(
      memoryOf(
        Object.entries(peer.pids)
          .map(([name, pid]) => (name === 'store' ? 0 : pid))
          .filter(Boolean),
      ),
    );
    await peer.stop();

    if (hides) seconds.private.push((await bootStack({ hidden: true })).tookMs / 1_000);
  }

  const what = 'stand-in for the course';
  const figures: Figure[] = [
    {
      name: found === 'path' ? 'boot to ready, RabbitMQ started too' : 'boot to ready, RabbitMQ running',
      unit: 's',
      ours: spreadOf(seconds.ours),
      beside: { what, figure: spreadOf(seconds.peer), ratio: ratioOf(seconds.ours, seconds.peer) },
      target: { of: 'figure', atMost: found === 'path' ? 20 : 8 },
    },
    {
      name: 'idle memory of the four services',
      unit: 'MB',
      ours: spreadOf(memory.ours),
      beside: { what, figure: spreadOf(memory.peer), ratio: ratioOf(memory.ours, memory.peer) },
      target: { of: 'figure', atMost: 480 },
    },
  ];
  if (hides) {
    figures.splice(1, 0, {
      name: 'boot to ready, RabbitMQ started too',
      unit: 's',
      ours: spreadOf(seconds.private),
      target: { of: 'figure', atMost: 20 },
    });
    notes.push(
      'boot: where RabbitMQ is started too, the stack runs in a network namespace of its own, in which no broker answers.',
    );
  } else if (found !== 'path') {
    notes.push(
      'boot: a start with a RabbitMQ of its own was not measured; hiding the running one needs root and unshare(1).',
    );
  }
  notes.push(
    `boot: everything built, new data each time; gateway, document store and vhost included. Memory is resident (VmRSS) ${SETTLE_MS / 1_000} s after ready, without store, gateway and broker.`,
  );
  return { figures, notes, details: { seconds, memory, rabbitmq: found }, faults: [] };
};
