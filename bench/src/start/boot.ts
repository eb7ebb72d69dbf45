import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Figure, Measured } from '../figure.ts';
import { residentMB } from '../load/processes.ts';
import type { Bench } from '../measurement.ts';
import { PEER_SERVICES } from '../peer/peer-settings.ts';
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
  const seconds: { running: number[]; started: number[]; peer: number[] } = { running: [], started: [], peer: [] };
  const memory: { ours: number[]; peer: number[] } = { ours: [], peer: [] };
  const { vhost, what } = await broker.open();
  const hides = await canHideNetwork();

  say('a start that warms the disk');
  const first = await bootStack({ hidden: false });
  // Where npm start would find no broker, it is shown the benchmark's.
  const found = first.file.infrastructure.rabbitmq.from === 'running';
  for (let round = 1; round <= rounds; round += 1) {
    say(`round ${round} of ${rounds}`);
    const shown = found ? {} : { brokerUrl: await vhost(`boot-${round}`) };
    const boot = await bootStack({ hidden: false, ...shown }, async ({ file: { children } }) => {
      await sleep(SETTLE_MS);
      memory.ours.push(memoryOf(SERVICES.map((name) => children[name]?.pid)));
    });
    seconds.running.push(boot.tookMs / 1_000);

    const peerVhost = await vhost(`stand-in-boot-${round}`);
    const startedAt = performance.now();
    const peer = await startPeer(peerVhost);
    seconds.peer.push((performance.now() - startedAt) / 1_000);
    await sleep(SETTLE_MS);
    memory.peer.push(memoryOf(PEER_SERVICES.map((name) => peer.pids[name])));
    await peer.stop();

    if (hides) seconds.started.push((await bootStack({ hidden: true })).tookMs / 1_000);
  }

  const beside = 'stand-in for the course';
  const figures: Figure[] = [
    {
      name: 'boot to ready, RabbitMQ running',
      unit: 's',
      ours: spreadOf(seconds.running),
      beside: { what: beside, figure: spreadOf(seconds.peer), ratio: ratioOf(seconds.running, seconds.peer) },
      target: { of: 'figure', atMost: 8 },
    },
    {
      name: 'idle memory of the four services',
      unit: 'MB',
      ours: spreadOf(memory.ours),
      beside: { what: beside, figure: spreadOf(memory.peer), ratio: ratioOf(memory.ours, memory.peer) },
      target: { of: 'figure', atMost: 480 },
    },
  ];
  if (hides) {
    figures.splice(1, 0, {
      name: 'boot to ready, RabbitMQ started too',
      unit: 's',
      ours: spreadOf(seconds.started),
      target: { of: 'figure', atMost: 20 },
    });
  }
  return {
    figures,
    notes: [
      `boot: everything built, new data each time; gateway and document store included, and the vhost where the broker was found by itself (here: ${found ? 'it was' : `no; RABBITMQ_URL named ${what}`}). Memory is resident (VmRSS) ${SETTLE_MS / 1_000} s after ready, without store, gateway and broker.`,
      hides
        ? 'boot: to have RabbitMQ started too, the stack runs in a network namespace of its own, in which no broker answers.'
        : 'boot: a start with a RabbitMQ of its own was not measured; hiding the running one needs root and unshare(1).',
    ],
    details: { seconds, memory },
    faults: [],
  };
};
