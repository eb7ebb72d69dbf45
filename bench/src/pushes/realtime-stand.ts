import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createBroker } from '@tiffin/platform/messaging/broker';
import type { OutgoingMessage } from '@tiffin/platform/messaging/publisher';
import { createLogger } from '@tiffin/platform/observability/logger';
import { eventually } from '@tiffin/testing/eventually';
import { createPeople } from '../city/people.ts';
import { startNode } from '../load/child-process.ts';
import { inParallel } from '../load/in-parallel.ts';
import { type LiveSocket, openLiveSocket } from '../load/live-socket.ts';

const SERVICE = fileURLToPath(new URL('../../../services/realtime/dist/main.js', import.meta.url));
const NOBODY = 'http://127.0.0.1:1';
const WIDTH = 32;
const secret = () => randomBytes(36).toString('base64url');

const LINKED_WITHIN_MS = 30_000;
const hearsTheBus = async (url: string): Promise<boolean> => {
  const health: unknown = await (await fetch(`${url}/readyz`)).json();
  return typeof health === 'object' && health !== null && 'status' in health && health.status === 'pass';
};

/** One realtime service as it runs, riders' sockets to it, and a publisher such as the rider service has. */
export const startRealtimeStand = async (
  brokerUrl: string,
  riders: readonly string[],
  onPush: (name: string, payload: Record<string, unknown>) => void,
) => {
  const stops: (() => unknown)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const logger = createLogger({ service: 'bench', level: 'error' });
    const bus = createBroker({ url: brokerUrl, service: 'bench', queues: [], topology: 'declare', logger });
    stops.push(bus.close);
    bus.start();
    await bus.ready();

    const [jwtSecret, internalKey] = [secret(), secret()];
    const realtime = await startNode(SERVICE, ['--exit-with-parent'], {
      PORT: '0',
      LOG_LEVEL: 'warn',
      RABBITMQ_URL: brokerUrl,
      JWT_SECRET: jwtSecret,
      SERVICE_TOKEN_SECRET: secret(),
      INTERNAL_SERVICE_KEY: internalKey,
      RESTAURANT_URL: NOBODY,
      RIDER_URL: NOBODY,
    });
    stops.push(realtime.stop);
    const url = `http://127.0.0.1:${realtime.port}`;
    await eventually('realtime to hear the bus', () => hearsTheBus(url), { withinMs: LINKED_WITHIN_MS });
    const people = createPeople(jwtSecret);
    await inParallel(riders, WIDTH, async (rider) => {
      const socket: LiveSocket = await openLiveSocket(url, people('rider', rider), onPush);
      stops.push(socket.close);
    });
    return {
      url,
      internalKey,
      publish: (message: OutgoingMessage) => bus.publisher.publish(message),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
