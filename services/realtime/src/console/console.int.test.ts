import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { consoleConfig } from '@tiffin/contracts/console-api';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startWorld, type World } from '../world.fixture.ts';
import { consoleConfigOf, ownUrlOf } from './console-config.ts';
import { listPageFiles } from './page-files.ts';

let world: World;
let node: Awaited<ReturnType<World['startLinkedNode']>>;
const SUPERVISOR = 'http://127.0.0.1:4999';

beforeAll(async () => {
  world = await startWorld('console');
  node = await world.startLinkedNode({ CONSOLE_SUPERVISOR_URL: SUPERVISOR, UTILS_URL: 'http://127.0.0.1:4998' });
});
afterAll(() => world.close());

const get = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${node.url}${path}`, { headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

describe('the console’s page', () => {
  it('is one document that may only run what we serve and only talk to the parts it was told of', async () => {
    const { status, headers, text } = await get('/console');
    expect([200, 503]).toContain(status);
    if (status === 503) return expect(text).toContain('npm run build');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain(`connect-src 'self' http`);
    expect(policy).toContain(SUPERVISOR);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(text).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
    const [script] = text.match(/\/console\/console-[A-Z0-9]+\.js/) ?? [];
    const file = await get(script ?? '/console/none');
    expect(file.status).toBe(200);
    expect(file.headers.get('content-type')).toContain('text/javascript');
    expect(file.headers.get('cache-control')).toContain('immutable');
  });

  it('tells a page of development where everything is', async () => {
    const { status, text } = await get('/console/config.json');
    expect(status).toBe(200);
    expect(consoleConfig.parse(JSON.parse(text))).toEqual({
      environment: 'development',
      services: {
        restaurant: world.neighbours.url,
        rider: world.neighbours.url,
        realtime: node.url,
        utils: 'http://127.0.0.1:4998',
      },
      supervisor: SUPERVISOR,
    });
  });

  it('has no other files, wherever they are asked for', async () => {
    for (const path of ['nothing.js', '..%2fpackage.json', '%2e%2e%2f%2e%2e%2fpackage.json', 'index.html', '%00']) {
      const { status, headers } = await get(`/console/${path}`);
      expect(status, path).toBe(404);
      expect(headers.get('content-type'), path).toContain('application/problem+json');
    }
    const response = await fetch(`${node.url}/console`, { method: 'POST' });
    expect(response.status).toBe(405);
  });
});

it('names itself by the host it was asked under only if that is this machine', () => {
  expect(ownUrlOf('localhost:4003', 4003)).toBe('http://localhost:4003');
  expect(ownUrlOf('[::1]:4003', 4003)).toBe('http://[::1]:4003');
  for (const host of ['evil.example', 'x; script-src *', 'localhost.evil.example:4003', '127.0.0.1:4003/x', undefined])
    expect(ownUrlOf(host, 4003)).toBe('http://127.0.0.1:4003');
});

it('shows a page of production neither inner addresses nor a supervisor', () => {
  const config = consoleConfigOf(
    {
      NODE_ENV: 'production',
      RESTAURANT_URL: 'http://restaurant.internal',
      RIDER_URL: 'http://rider.internal',
      UTILS_URL: 'http://utils.internal',
      CONSOLE_SUPERVISOR_URL: SUPERVISOR,
      CONSOLE_RAZORPAY_URL: 'http://razorpay.internal',
    },
    'http://realtime.internal',
  );
  expect(config).toEqual({
    environment: 'production',
    services: { restaurant: '', rider: '', realtime: '', utils: '' },
  });
});

it('serves pages, scripts and styles, and nothing else that lies in the folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tiffin-page-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const name of ['index.html', 'a.js', 'a.css', 'secret.env']) await writeFile(join(folder, name), name);
  expect([...(await listPageFiles(folder)).keys()].toSorted()).toEqual(['a.css', 'a.js', 'index.html']);
  expect((await listPageFiles(join(folder, 'absent'))).size).toBe(0);
});
