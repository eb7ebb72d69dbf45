import { riderId } from '@tiffin/contracts/ids';
import { pageQuery } from '@tiffin/contracts/page';
import {
  registerRider as registerRiderBody,
  riderList,
  riderReply,
  setAvailability as setAvailabilityBody,
  verifyRider as verifyRiderBody,
} from '@tiffin/contracts/rider-api';
import type { Cursors } from '@tiffin/platform/http/pagination';
import { created, ok, problem } from '@tiffin/platform/http/reply';
import { route } from '@tiffin/platform/http/route';
import * as z from 'zod';
import type { DeliveryStore } from '../deliveries/delivery.store.ts';
import { isSomewhere } from '../positions/judge-fixes.ts';
import type { registerRider } from './register-rider.ts';
import type { KnownRider, RiderStore } from './rider.store.ts';
import { riderView } from './rider.ts';
import type { setAvailability } from './set-availability.ts';
import type { verifyRider } from './verify-rider.ts';

export type RiderDoors = {
  readonly riders: Pick<RiderStore, 'findByUser' | 'list'>;
  readonly deliveries: Pick<DeliveryStore, 'tripsOf'>;
  readonly cursors: Cursors;
  readonly registerRider: ReturnType<typeof registerRider>;
  readonly verifyRider: ReturnType<typeof verifyRider>;
  readonly setAvailability: ReturnType<typeof setAvailability>;
};

const byId = z.strictObject({ id: riderId });
const position = z.strictObject({ after: riderId });
const notRegistered = () => problem('not_found', 'You are not registered as a rider yet.');
const shown = ({ riderId: id, stored, position: seen }: KnownRider) => riderView(id, stored.state, seen);
const view = (rider: KnownRider) => ({ rider: shown(rider) });

export const riderRoutes = ({
  riders,
  deliveries,
  cursors,
  registerRider,
  verifyRider,
  setAvailability,
}: RiderDoors) => [
  route({
    method: 'post',
    path: '/api/v1/riders',
    summary: 'Registers me as a rider; an admin verifies me next.',
    who: ['rider'],
    body: registerRiderBody,
    replies: { 201: riderReply },
    problems: ['rider_exists'],
    handle: async ({ body, principal, ids, traceparent }) => {
      const id = riderId.parse(ids.documentId);
      const result = await registerRider(id, principal.userId, body, { causationId: null, traceparent });
      if (result.kind === 'taken') return problem('rider_exists', 'You are registered already.');
      return created({ rider: riderView(id, result.stored.state, undefined) });
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/riders',
    summary: 'Every rider, where he was last seen, and the order he is on.',
    who: ['admin'],
    query: pageQuery,
    replies: { 200: riderList },
    handle: async ({ query: { limit, cursor } }) => {
      const after = cursor === undefined ? undefined : cursors.decode(cursor, position);
      if (cursor !== undefined && !after) return problem('invalid_request', 'The cursor is not one of ours.');
      const found = await riders.list(after?.after, limit + 1);
      const page = found.slice(0, limit);
      const trips = await deliveries.tripsOf(page.map(({ riderId: id }) => id));
      const items = page.map((rider) => {
        const trip = trips.get(rider.riderId);
        return { ...shown(rider), ...(trip && { orderId: trip.orderId }) };
      });
      const last = found.length > limit ? items.at(-1) : undefined;
      return ok({ items, nextCursor: last ? cursors.encode({ after: last._id }) : null });
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/riders/me',
    summary: 'Me as a rider.',
    who: ['rider'],
    replies: { 200: riderReply },
    problems: ['not_found'],
    handle: async ({ principal }) => {
      const rider = await riders.findByUser(principal.userId);
      return rider ? ok(view(rider)) : notRegistered();
    },
  }),
  route({
    method: 'put',
    path: '/api/v1/riders/:id/verification',
    summary: 'Says whether a rider may work.',
    who: ['admin'],
    params: byId,
    body: verifyRiderBody,
    replies: { 200: riderReply },
    problems: ['not_found'],
    handle: async ({ params, body, traceparent }) => {
      const rider = await verifyRider(params.id, body.isVerified, { causationId: null, traceparent });
      return rider ? ok(view(rider)) : problem('not_found', 'There is no such rider.');
    },
  }),
  route({
    method: 'put',
    path: '/api/v1/riders/me/availability',
    summary: 'Goes on or off duty, at a place.',
    who: ['rider'],
    body: setAvailabilityBody,
    replies: { 200: riderReply },
    problems: ['not_found', 'not_verified'],
    handle: async ({ body: { isAvailable, location }, principal, traceparent }) => {
      if (location && !isSomewhere(location)) {
        const errors = [{ pointer: '/location', detail: 'must not be 0,0' }];
        return problem('invalid_request', 'That is nowhere: wait until the receiver knows the place.', { errors });
      }
      const result = await setAvailability(principal.userId, isAvailable, location, { causationId: null, traceparent });
      switch (result.kind) {
        case 'missing':
          return notRegistered();
        case 'conflict':
          return problem(result.code, result.detail);
        case 'set':
          return ok(view(result.rider));
      }
    },
  }),
];
