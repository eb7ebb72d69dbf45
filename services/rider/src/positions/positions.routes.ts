import { locationsReply, reportLocations } from '@tiffin/contracts/rider-api';
import { ok, problem } from '@tiffin/platform/http/reply';
import { route } from '@tiffin/platform/http/route';
import type { LivePositions } from './live-positions.ts';

export const positionRoutes = ({ positions }: { positions: LivePositions }) => [
  route({
    method: 'post',
    path: '/api/v1/riders/me/locations',
    summary: 'Reports where I am and was.',
    who: ['rider'],
    body: reportLocations,
    replies: { 200: locationsReply },
    problems: ['not_found'],
    handle: async ({ body, principal }) => {
      const judged = await positions.report(principal.userId, body.points);
      return judged ? ok(judged) : problem('not_found', 'You are not registered as a rider yet.');
    },
  }),
];
