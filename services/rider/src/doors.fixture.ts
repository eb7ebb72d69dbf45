import { createServiceTokens, createTokenVerifier } from '@tiffin/platform/auth/tokens';
import { healthOf } from '@tiffin/platform/http/health';
import { createCursors } from '@tiffin/platform/http/pagination';
import { createHttpServer } from '@tiffin/platform/http/server';
import { createLogger } from '@tiffin/platform/observability/logger';
import { createDoorReader } from '@tiffin/testing/door-reader';
import { profiledQueries } from '@tiffin/testing/profiled-queries';
import { deliveryRoutes } from './deliveries/deliveries.routes.ts';
import { positionRoutes } from './positions/positions.routes.ts';
import { trailRoutes } from './positions/trail.routes.ts';
import { riderRoutes } from './riders/riders.routes.ts';
import { type Stand, TEST_SECRET } from './stand.fixture.ts';

/** The doors of a stand, and a restaurant service that knows who owns what. */
export const openDoors = async ({ use, riders, deliveries, trails, connection, now }: Stand) => {
  const owned = new Map<string, string[]>();
  const ownedRestaurants = async (owner: string) => owned.get(owner) ?? [];
  const cursors = createCursors(TEST_SECRET);
  const server = createHttpServer({
    service: 'rider',
    routes: [
      ...riderRoutes({ riders, deliveries, cursors, ...use }),
      ...deliveryRoutes({ deliveries, cursors, ...use, ownedRestaurants, now }),
      ...positionRoutes(use),
      ...trailRoutes({ trails, deliveries, ownedRestaurants }),
    ],
    verifier: createTokenVerifier({ secret: TEST_SECRET }),
    serviceTokens: createServiceTokens({ secret: `${TEST_SECRET}-service`, name: 'rider' }),
    logger: createLogger({ service: 'rider', level: 'silent' }),
    health: async () => healthOf({}),
  });
  const { port } = await server.listen(0, '127.0.0.1');

  return {
    owned,
    ...createDoorReader({ port, secret: TEST_SECRET }),
    /** How the database found what it answered while `work` ran: a line for each query, its collection first. */
    plansOf: async (work: () => Promise<unknown>): Promise<string[]> =>
      (await profiledQueries(connection.db, work)).map(({ collection, plan }) => `${collection}: ${plan}`),
    close: server.close,
  };
};
export type Doors = Awaited<ReturnType<typeof openDoors>>;
