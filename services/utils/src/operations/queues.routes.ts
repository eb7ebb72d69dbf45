import { queuesReply } from '@tiffin/contracts/operations-api';
import { ok } from '@tiffin/platform/http/reply';
import { route } from '@tiffin/platform/http/route';
import type { QueueDepths } from '@tiffin/platform/messaging/queue-depths';
import { unlessBrokerAway } from './broker-reply.ts';

export const queueRoutes = ({ queueDepths }: { queueDepths: QueueDepths }) => [
  route({
    method: 'get',
    path: '/admin/queues',
    summary: 'What waits in each durable queue, on its retry ladder and among its dead letters; at most a second old.',
    who: ['admin'],
    replies: { 200: queuesReply },
    problems: ['unavailable'],
    handle: () => unlessBrokerAway(async () => ok({ items: await queueDepths.read() })),
  }),
];
