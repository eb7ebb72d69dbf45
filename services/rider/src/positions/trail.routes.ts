import { type OrderId, orderId } from '@tiffin/contracts/ids';
import { trailList } from '@tiffin/contracts/rider-api';
import type { UserPrincipal } from '@tiffin/platform/http/principal';
import { ok, problem } from '@tiffin/platform/http/reply';
import { route } from '@tiffin/platform/http/route';
import * as z from 'zod';
import type { DeliveryStore } from '../deliveries/delivery.store.ts';
import { maySee } from '../deliveries/may-see.ts';
import type { OwnedRestaurants } from '../deliveries/owned-restaurants.ts';
import type { Trail, TrailStore } from './trail.store.ts';

/** The trails of a delivery as this person may see them; undefined for one that is none of his. A rider sees where he went himself. */
const shownTo = async (
  { role, userId }: UserPrincipal<'admin' | 'restaurant' | 'rider' | 'customer'>,
  order: OrderId,
  { trails, deliveries, ownedRestaurants }: TrailDoors,
): Promise<readonly Trail[] | undefined> => {
  if (role === 'customer') return undefined;
  const [delivery, all] = await Promise.all([deliveries.find(order), trails.of(order)]);
  if (!delivery) return undefined;
  if (role !== 'rider')
    return (await maySee({ role, userId }, delivery.state.job?.restaurantId, ownedRestaurants)) ? all : undefined;
  const own = all.filter(({ riderUserId }) => riderUserId === userId);
  return own.length > 0 || delivery.state.riderUserId === userId ? own : undefined;
};

export type TrailDoors = {
  readonly trails: Pick<TrailStore, 'of'>;
  readonly deliveries: Pick<DeliveryStore, 'find'>;
  readonly ownedRestaurants: OwnedRestaurants;
};

export const trailRoutes = (doors: TrailDoors) => [
  route({
    method: 'get',
    path: '/api/v1/deliveries/:orderId/trail',
    summary: 'Where the riders of a delivery went while they had it.',
    who: ['admin', 'restaurant', 'rider', 'customer'],
    params: z.strictObject({ orderId }),
    replies: { 200: trailList },
    problems: ['not_found'],
    handle: async ({ params, principal }) => {
      const shown = await shownTo(principal, params.orderId, doors);
      if (!shown) return problem('not_found', 'There is no such delivery for you.');
      return ok({
        items: shown.map(({ assignment, riderId, points }) => ({
          assignment,
          riderId,
          points: points.map(({ at, location }) => ({ at: at.toISOString(), location })),
        })),
      });
    },
  }),
];
