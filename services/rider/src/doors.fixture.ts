import type { Role } from '@tiffin/contracts/claims';
import { createServiceTokens, createTokenVerifier, signUserToken } from '@tiffin/platform/auth/tokens';
import { healthOf } from '@tiffin/platform/http/health';
import { createCursors } from '@tiffin/platform/http/pagination';
import { createHttpServer } from '@tiffin/platform/http/server';
import { createLogger } from '@tiffin/platform/observability/logger';
import { expect } from 'vitest';
import * as z from 'zod';
import { deliveryRoutes } from './deliveries/deliveries.routes.ts';
import { riderRoutes } from './riders/riders.routes.ts';
import { type Stand, TEST_SECRET } from './stand.fixture.ts';

const noted = z.object({ op: z.string(), ns: z.string(), planSummary: z.string() });

/** The doors of a stand, and a restaurant service that knows who owns what. */
export const openDoors = async ({ use, riders, deliveries, connection, now }: Stand) => {
  const owned = new Map<string, string[]>();
  const cursors = createCursors(TEST_SECRET);
  const server = createHttpServer({
    service: 'rider',
    routes: [
      ...riderRoutes({ riders, deliveries, cursors, ...use }),
      ...deliveryRoutes({
        deliveries,
        cursors,
        ...use,
        ownedRestaurants: async (owner) => owned.get(owner) ?? [],
        now,
      }),
    ],
    verifier: createTokenVerifier({ secret: TEST_SECRET }),
    serviceTokens: createServiceTokens({ secret: `${TEST_SECRET}-service`, name: 'rider' }),
    logger: createLogger({ service: 'rider', level: 'silent' }),
    health: async () => healthOf({}),
  });
  const { port } = await server.listen(0, '127.0.0.1');

  const get = async (role: Role, path: string, sub: string = role) => {
    const token = signUserToken({ secret: TEST_SECRET, sub, role, ttlSeconds: 600 });
    const response = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const body: unknown = await response.json();
    return { status: response.status, body };
  };

  return {
    owned,
    get,
    /** What a route answers an admin. */
    read: async <Body>(path: string, schema: z.ZodType<Body>): Promise<Body> => {
      const { status, body } = await get('admin', path);
      expect(status, JSON.stringify(body)).toBe(200);
      return schema.parse(body);
    },
    /** Reads a list page after page as an admin; `between` runs before each page but the first. */
    readAll: async <Item>(
      path: string,
      list: z.ZodType<{ items: Item[]; nextCursor: string | null }>,
      between: () => Promise<unknown> = async () => undefined,
    ): Promise<Item[]> => {
      const found: Item[] = [];
      let cursor: string | null = null;
      do {
        const { status, body } = await get('admin', cursor === null ? path : `${path}&cursor=${cursor}`);
        expect(status, JSON.stringify(body)).toBe(200);
        const page: { items: Item[]; nextCursor: string | null } = list.parse(body);
        found.push(...page.items);
        cursor = page.nextCursor;
        if (cursor !== null) await between();
      } while (cursor !== null);
      return found;
    },
    /** How the database found what it answered while `work` ran: a line for each query, its collection first. */
    plansOf: async (work: () => Promise<unknown>): Promise<string[]> => {
      const { db } = connection;
      if (!db) throw new Error('the database is not open');
      const profile = async () => noted.array().parse(await db.collection('system.profile').find().toArray());
      const before = (await profile()).length;
      await db.command({ profile: 2 });
      await work();
      await db.command({ profile: 0 });
      return (await profile())
        .slice(before)
        .filter(({ op, ns }) => op === 'query' && !ns.endsWith('.system.profile'))
        .map(({ ns, planSummary }) => `${ns.slice(ns.lastIndexOf('.') + 1)}: ${planSummary}`);
    },
    close: server.close,
  };
};
export type Doors = Awaited<ReturnType<typeof openDoors>>;
