import {
  byQueue,
  deadLetterGroups,
  deadLettersReply,
  discardLetters as discardBody,
  discardReply,
  retryLetters as retryBody,
  retryReply,
} from '@tiffin/contracts/operations-api';
import { pageQuery } from '@tiffin/contracts/page';
import type { Cursors } from '@tiffin/platform/http/pagination';
import { ok, problem, type Reply } from '@tiffin/platform/http/reply';
import { route } from '@tiffin/platform/http/route';
import type { DeadLetters } from '@tiffin/platform/messaging/dead-letters';
import * as z from 'zod';
import { unlessBrokerAway } from './broker-reply.ts';
import type { discardLetters } from './discard-letters.ts';
import { groupLetters } from './group-letters.ts';
import { pageOfLetters } from './letter-page.ts';
import type { retryLetters } from './retry-letters.ts';

const position = z.strictObject({ queue: z.string(), id: z.string(), index: z.int() });

export const deadLetterRoutes = ({
  deadLetters,
  retry,
  discard,
  cursors,
}: {
  deadLetters: DeadLetters;
  retry: ReturnType<typeof retryLetters>;
  discard: ReturnType<typeof discardLetters>;
  cursors: Cursors;
}) => {
  const inQueue = async (queue: string, answer: () => Promise<Reply>): Promise<Reply> =>
    deadLetters.queues.includes(queue)
      ? unlessBrokerAway(answer)
      : problem('not_found', 'There is no such queue. Name it without `.dead`.');

  return [
    route({
      method: 'get',
      path: '/admin/dlq',
      summary: 'What died in which queue, of what, how often.',
      who: ['admin'],
      replies: { 200: deadLetterGroups },
      problems: ['unavailable'],
      handle: () =>
        unlessBrokerAway(async () => {
          const { queues } = deadLetters;
          const read = await Promise.all(queues.map(async (queue) => ({ queue, ...(await deadLetters.read(queue)) })));
          return ok({
            items: groupLetters(read.flatMap(({ letters }) => letters)),
            more: read.filter(({ unread }) => unread > 0).map(({ queue, unread }) => ({ queue, unread })),
          });
        }),
    }),
    route({
      method: 'get',
      path: '/admin/dlq/:queue',
      summary: 'The dead letters of a queue, the longest there first. They stay where they are.',
      who: ['admin'],
      params: byQueue,
      query: pageQuery,
      replies: { 200: deadLettersReply },
      problems: ['not_found', 'unavailable'],
      handle: async ({ params: { queue }, query: { limit, cursor } }) =>
        inQueue(queue, async () => {
          const after = cursor === undefined ? undefined : cursors.decode(cursor, position);
          if (cursor !== undefined && after?.queue !== queue)
            return problem('invalid_request', 'The cursor is not one of this queue.');
          const { letters, unread } = await deadLetters.read(queue);
          const { items, next } = pageOfLetters(letters, after, limit);
          return ok({ items, nextCursor: next ? cursors.encode({ queue, ...next }) : null, unread });
        }),
    }),
    route({
      method: 'post',
      path: '/admin/dlq/:queue/retry',
      summary: 'Sends letters back to the queue they died in, as they are or corrected.',
      who: ['admin'],
      params: byQueue,
      body: retryBody,
      replies: { 200: retryReply },
      problems: ['not_found', 'unavailable'],
      handle: async ({ params: { queue }, body, principal }) =>
        inQueue(queue, async () => ok(await retry(queue, body, principal.userId))),
    }),
    route({
      method: 'post',
      path: '/admin/dlq/:queue/discard',
      summary: 'Takes letters away for good; the audit keeps who and why.',
      who: ['admin'],
      params: byQueue,
      body: discardBody,
      replies: { 200: discardReply },
      problems: ['not_found', 'unavailable'],
      handle: async ({ params: { queue }, body, principal }) =>
        inQueue(queue, async () => ok(await discard(queue, body, principal.userId))),
    }),
  ];
};
