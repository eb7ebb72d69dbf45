import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startNode } from '../load/child-process.ts';
import { PEER_SERVICES, type PeerService } from './peer-settings.ts';

export type RunningPeer = {
  readonly urls: Readonly<Record<PeerService, string>>;
  readonly pids: Readonly<Record<PeerService | 'store', number>>;
  readonly jwtSecret: string;
  stop(): Promise<void>;
};

const builtFile = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const IN_MEMORY = '/dev/shm';

/**
 * A stand-in for the common course implementation, written from its description and as kind to it as can be: four services that load, change
 * and save with mongoose, send to classic durable queues without confirms, and push by HTTP calls to a realtime service. Its database
 * is the same document store with its files in memory, so that no write of it waits for a disk; it keeps no payments and calls no gateway.
 */
export const startPeer = async (brokerUrl: string): Promise<RunningPeer> => {
  const dataFolder = await mkdtemp(join(existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir(), 'tiffin-bench-peer-'));
  const stops: (() => Promise<void>)[] = [() => rm(dataFolder, { recursive: true, force: true })];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const store = await startNode(builtFile('local/document-store/dist/main.js'), [
      '--port',
      '0',
      '--data',
      dataFolder,
      '--exit-with-parent',
    ]);
    stops.push(store.stop);
    const jwtSecret = randomBytes(48).toString('base64url');
    const env = {
      PORT: '0',
      MONGODB_URL: `mongodb://127.0.0.1:${store.port}/?directConnection=true`,
      RABBITMQ_URL: brokerUrl,
      JWT_SECRET: jwtSecret,
      INTERNAL_KEY: randomBytes(24).toString('hex'),
      RESTAURANT_URL: 'http://127.0.0.1:1',
      REALTIME_URL: 'http://127.0.0.1:1',
    };
    const start = async (name: PeerService) => {
      const service = await startNode(fileURLToPath(new URL('./peer-command.js', import.meta.url)), [name], env);
      stops.push(service.stop);
      return { pid: service.pid, url: `http://127.0.0.1:${service.port}` };
    };
    const realtime = await start('realtime');
    env.REALTIME_URL = realtime.url;
    const restaurant = await start('restaurant');
    env.RESTAURANT_URL = restaurant.url;
    const [payments, rider] = await Promise.all([start('payments'), start('rider')]);
    const running = { restaurant, payments, rider, realtime };
    const each = <Value>(pick: (service: { pid: number; url: string }) => Value) =>
      Object.fromEntries(PEER_SERVICES.map((name) => [name, pick(running[name])])) as Record<PeerService, Value>;
    return { urls: each(({ url }) => url), pids: { ...each(({ pid }) => pid), store: store.pid }, jwtSecret, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
