import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCaller, createPeople, textAt } from '../city/people.ts';
import { startNode } from '../load/child-process.ts';
import { createHttpClient } from '../load/http-client.ts';
import { inParallel } from '../load/in-parallel.ts';

const builtFile = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const secret = () => randomBytes(36).toString('base64url');

const SOCKETS = 32;

/** A rider on duty, as the load driver plays him. */
export type ReportingRider = { readonly token: string; seq: number; atMs: number; north: number };

/** One rider service as it runs, with the document store as a process of its own, and riders on duty. */
export const startRiderStand = async (brokerUrl: string, riderCount: number) => {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const dataFolder = await mkdtemp(join(tmpdir(), 'tiffin-bench-positions-'));
    stops.push(() => rm(dataFolder, { recursive: true, force: true }));
    const storeArguments = ['--port', '0', '--data', dataFolder, '--exit-with-parent'];
    const store = await startNode(builtFile('local/document-store/dist/main.js'), storeArguments);
    stops.push(store.stop);
    const mongoUrl = `mongodb://127.0.0.1:${store.port}/?directConnection=true`;
    const jwtSecret = secret();
    const service = await startNode(builtFile('services/rider/dist/main.js'), ['--exit-with-parent'], {
      PORT: '0',
      LOG_LEVEL: 'warn',
      MONGODB_URL: mongoUrl,
      RABBITMQ_URL: brokerUrl,
      JWT_SECRET: jwtSecret,
      SERVICE_TOKEN_SECRET: secret(),
      RATE_LIMIT_RPS: '100000',
      RESTAURANT_URL: 'http://127.0.0.1:1',
    });
    stops.push(service.stop);
    const url = `http://127.0.0.1:${service.port}`;
    const http = createHttpClient({ sockets: SOCKETS });
    stops.push(async () => http.close());
    const ask = createCaller(http);
    const people = createPeople(jwtSecret);
    const admin = people('admin', 'bench-admin');
    const door = `${url}/api/v1/riders`;
    const riders = await inParallel(
      Array.from({ length: riderCount }).map((_, number) => number),
      SOCKETS,
      async (number) => {
        const token = people('rider', `bench-rider-${number}`);
        const made = await ask('register', 201, 'POST', door, token, {
          name: `Rider ${number}`,
          phone: '+91 98860 54321',
          vehicle: 'scooter',
          licenceNumber: 'KA01 20260001',
        });
        const id = textAt(made, 'rider', '_id');
        await ask('verify', 200, 'PUT', `${door}/${id}/verification`, admin, { isVerified: true });
        await ask('go on duty', 200, 'PUT', `${door}/me/availability`, token, { isAvailable: true });
        return { token, seq: 0, atMs: 0, north: 0 } satisfies ReportingRider;
      },
    );
    return { url, pid: service.pid, jwtSecret, mongoUrl, http, riders: riders as readonly ReportingRider[], stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
