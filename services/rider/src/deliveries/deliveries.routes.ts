import { orderId } from '@tiffin/contracts/ids';
import type { ProblemCode } from '@tiffin/contracts/problem';
import {
  activeDeliveryList,
  decisionList,
  deliver as deliverBody,
  deliveryInFull,
  deliveryReply,
  listDeliveries,
  offerList,
  releaseDelivery,
} from '@tiffin/contracts/rider-api';
import { SECOND } from '@tiffin/platform/clock';
import type { Cursors } from '@tiffin/platform/http/pagination';
import { noContent, ok, problem, type Reply } from '@tiffin/platform/http/reply';
import { route } from '@tiffin/platform/http/route';
import type { Stored } from '@tiffin/platform/persistence/stored';
import * as z from 'zod';
import type { acceptOffer } from './accept-offer.ts';
import type { declineOffer } from './decline-offer.ts';
import type { DeliveryStore } from './delivery.store.ts';
import { activeView, type Delivery, deliveryView, isOpenOffer, offerOf, offerView } from './delivery.ts';
import { inFull } from './delivery-in-full.ts';
import type { Drive } from './drive.ts';
import { maySee } from './may-see.ts';
import type { OwnedRestaurants } from './owned-restaurants.ts';

export type DeliveryDoors = {
  readonly deliveries: Pick<DeliveryStore, 'activeOf' | 'offeredTo' | 'decisionsOf' | 'storyOf' | 'underway'>;
  readonly cursors: Cursors;
  readonly acceptOffer: ReturnType<typeof acceptOffer>;
  readonly declineOffer: ReturnType<typeof declineOffer>;
  readonly drive: Drive;
  readonly ownedRestaurants: OwnedRestaurants;
  readonly now: () => Date;
};

type Turn =
  | { readonly kind: 'missing' | 'busy' | 'idle' }
  | { readonly kind: 'committed' | 'unchanged'; readonly stored: Stored<Delivery> }
  | { readonly kind: 'conflict'; readonly code: ProblemCode; readonly detail: string; readonly retryAfterMs?: number };

const byOrder = z.strictObject({ orderId });
const position = z.strictObject({ createdAt: z.string(), id: orderId });
const unknownDelivery = () => problem('not_found', 'There is no such delivery for you.');
const refusals = [
  'not_found',
  'offer_taken',
  'rider_busy',
  'delivery_closed',
  'offer_expired',
  'offer_declined',
] as const;

/** A turn as its rider hears of it: `success` where it is so now, whether by this request or by an earlier one. */
const answer = (turn: Turn, success: (stored: Stored<Delivery>) => Reply): Reply => {
  switch (turn.kind) {
    case 'committed':
    case 'unchanged':
      return success(turn.stored);
    case 'missing':
      return unknownDelivery();
    case 'conflict': {
      const { code, detail, retryAfterMs } = turn;
      const wait = retryAfterMs === undefined ? {} : { retryAfterSeconds: Math.ceil(retryAfterMs / SECOND) };
      return problem(code, detail, wait);
    }
    case 'busy':
    case 'idle':
      throw new Error(`a rider's command was answered ${turn.kind}`);
  }
};

const shown = (stored: Stored<Delivery>): Reply => {
  const delivery = deliveryView(stored.state, stored.seq);
  return delivery ? ok({ delivery }) : unknownDelivery();
};
const request = (traceparent: string) => ({ causationId: null, traceparent });

export const deliveryRoutes = ({
  deliveries,
  cursors,
  acceptOffer,
  declineOffer,
  drive,
  ownedRestaurants,
  now,
}: DeliveryDoors) => [
  route({
    method: 'get',
    path: '/api/v1/riders/me/offers',
    summary: 'The offers still open before me.',
    who: ['rider'],
    replies: { 200: offerList },
    handle: async ({ principal: { userId } }) => {
      const at = now().toISOString();
      const asked = await deliveries.offeredTo(userId);
      const items = asked.flatMap(({ state }) => {
        const offer = offerOf(state, userId);
        const isOpen = offer && isOpenOffer(offer) && offer.expiresAt > at;
        return isOpen && state.job ? [offerView(state.orderId, state.job, offer)] : [];
      });
      return ok({ items });
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/riders/me/delivery',
    summary: 'The delivery I have now.',
    who: ['rider'],
    replies: { 200: deliveryReply, 204: null },
    handle: async ({ principal }) => {
      const stored = await deliveries.activeOf(principal.userId);
      return stored ? shown(stored) : noContent();
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/deliveries/:orderId/accept',
    summary: 'Accepts an offer; the first of those asked gets the delivery.',
    who: ['rider'],
    params: byOrder,
    replies: { 200: deliveryReply },
    problems: refusals,
    handle: async ({ params, principal, traceparent }) =>
      answer(await acceptOffer(params.orderId, principal.userId, request(traceparent)), shown),
  }),
  route({
    method: 'post',
    path: '/api/v1/deliveries/:orderId/decline',
    summary: 'Declines an offer; the next rider is asked at once.',
    who: ['rider'],
    params: byOrder,
    replies: { 204: null },
    problems: [...refusals, 'delivery_conflict'],
    handle: async ({ params, principal, traceparent }) =>
      answer(await declineOffer(params.orderId, principal.userId, request(traceparent)), noContent),
  }),
  route({
    method: 'post',
    path: '/api/v1/deliveries/:orderId/pick-up',
    summary: 'The assigned rider has the food.',
    who: ['rider'],
    params: byOrder,
    replies: { 200: deliveryReply },
    problems: ['not_found', 'delivery_conflict', 'delivery_closed'],
    handle: async ({ params, principal, traceparent }) =>
      answer(await drive.pickUp(params.orderId, principal.userId, request(traceparent)), shown),
  }),
  route({
    method: 'post',
    path: '/api/v1/deliveries/:orderId/deliver',
    summary: 'The customer has the food; the rider is free.',
    who: ['rider'],
    params: byOrder,
    body: deliverBody,
    replies: { 200: deliveryReply },
    problems: ['not_found', 'delivery_conflict', 'delivery_closed', 'wrong_code', 'too_many_requests'],
    handle: async ({ params, body, principal, traceparent }) =>
      answer(await drive.deliver(params.orderId, principal.userId, body.code, request(traceparent)), shown),
  }),
  route({
    method: 'post',
    path: '/api/v1/deliveries/:orderId/release',
    summary: 'Gives the delivery back before the pick-up; the search goes on without me.',
    who: ['rider'],
    params: byOrder,
    body: releaseDelivery,
    replies: { 204: null },
    problems: ['not_found', 'delivery_conflict', 'delivery_closed'],
    handle: async ({ params, body, principal, traceparent }) =>
      answer(await drive.release(params.orderId, principal.userId, body.reason, request(traceparent)), noContent),
  }),
  route({
    method: 'get',
    path: '/api/v1/deliveries',
    summary: 'Every delivery that has not ended, oldest first.',
    who: ['admin'],
    query: listDeliveries,
    replies: { 200: activeDeliveryList },
    handle: async ({ query: { limit, cursor } }) => {
      const after = cursor === undefined ? undefined : cursors.decode(cursor, position);
      if (cursor !== undefined && !after) return problem('invalid_request', 'The cursor is not one of ours.');
      const found = await deliveries.underway(after, limit + 1);
      const page = found.slice(0, limit);
      const last = found.length > limit ? page.at(-1) : undefined;
      return ok({
        items: page.flatMap(({ state, seq }) => activeView(state, seq) ?? []),
        nextCursor: last ? cursors.encode({ createdAt: last.createdAt.toISOString(), id: last.id }) : null,
      });
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/deliveries/:orderId',
    summary: 'Everything known of a delivery, with every offer ever made.',
    who: ['admin', 'restaurant'],
    params: byOrder,
    replies: { 200: deliveryInFull },
    problems: ['not_found'],
    handle: async ({ params, principal }) => {
      const story = await deliveries.storyOf(params.orderId);
      const isShown = story && (await maySee(principal, story.state.job?.restaurantId, ownedRestaurants));
      const whole = isShown && inFull(story);
      return whole ? ok(whole) : unknownDelivery();
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/deliveries/:orderId/decisions',
    summary: 'Why these riders: every step of the search with its candidates.',
    who: ['admin', 'restaurant'],
    params: byOrder,
    replies: { 200: decisionList },
    problems: ['not_found'],
    handle: async ({ params, principal }) => {
      const known = await deliveries.decisionsOf(params.orderId);
      const isShown = known && (await maySee(principal, known.restaurantId, ownedRestaurants));
      return isShown ? ok({ items: [...known.decisions] }) : unknownDelivery();
    },
  }),
];
