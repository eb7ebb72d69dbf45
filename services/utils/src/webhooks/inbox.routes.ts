import type { GatewayOrderId, OrderId } from '@tiffin/contracts/ids';
import {
  byWebhook,
  type InboxWebhook,
  replayWebhook as replayBody,
  replayedWebhookReply,
  webhookInFullReply,
  webhooksQuery,
  webhooksReply,
} from '@tiffin/contracts/payment-operations-api';
import type { Cursors } from '@tiffin/platform/http/pagination';
import { accepted, ok, problem } from '@tiffin/platform/http/reply';
import { route } from '@tiffin/platform/http/route';
import * as z from 'zod';
import type { InboxArchive, InboxRow } from './inbox.store.ts';
import type { replayWebhook } from './replay-webhook.ts';

const position = z.strictObject({ receivedAt: z.iso.datetime(), id: z.string() });
const noSuchWebhook = () => problem('not_found', 'There is no such webhook here.');

export const inboxRoutes = ({
  inbox,
  gatewayOrderOf,
  replay,
  cursors,
}: {
  inbox: InboxArchive;
  /** The gateway's order for one of ours, if its payment was opened. */
  gatewayOrderOf: (orderId: OrderId) => Promise<GatewayOrderId | undefined>;
  replay: ReturnType<typeof replayWebhook>;
  cursors: Cursors;
}) => [
  route({
    method: 'get',
    path: '/admin/webhooks',
    summary: 'What the payment gateway told us and what became of it; newest first.',
    who: ['admin'],
    query: webhooksQuery,
    replies: { 200: webhooksReply },
    handle: async ({ query: { limit, cursor, orderId, status, event } }) => {
      const after = cursor === undefined ? undefined : cursors.decode(cursor, position);
      if (cursor !== undefined && !after) return problem('invalid_request', 'The cursor is not one of ours.');
      const gatewayOrderId = orderId && (await gatewayOrderOf(orderId));
      if (orderId && !gatewayOrderId) return ok({ items: [], nextCursor: null });
      const found = await inbox.list({ status, event, gatewayOrderId }, after, limit + 1);
      const shown = found.slice(0, limit).map(view);
      const last = found.length > limit ? shown.at(-1) : undefined;
      return ok({
        items: shown,
        nextCursor: last ? cursors.encode({ receivedAt: last.receivedAt, id: last.id }) : null,
      });
    },
  }),
  route({
    method: 'get',
    path: '/admin/webhooks/:id',
    summary: 'One webhook in full, as far as it may be kept: nothing of it is about a person.',
    who: ['admin'],
    params: byWebhook,
    replies: { 200: webhookInFullReply },
    problems: ['not_found'],
    handle: async ({ params: { id } }) => {
      const row = await inbox.find(id);
      if (!row) return noSuchWebhook();
      const { dueAt, body } = row;
      return ok({ webhook: { ...view(row), dueAt: dueAt?.toISOString() ?? null, body } });
    },
  }),
  route({
    method: 'post',
    path: '/admin/webhooks/:id/replay',
    summary: 'Works on a webhook again, at once, by asking the gateway about the payment it names.',
    who: ['admin'],
    params: byWebhook,
    body: replayBody,
    replies: { 202: replayedWebhookReply },
    problems: ['not_found', 'webhook_conflict'],
    handle: async ({ params: { id }, body: { reason }, principal }) => {
      const replayed = await replay(id, reason, principal.userId);
      switch (replayed.kind) {
        case 'replayed':
          return accepted({ webhook: view(replayed.row) });
        case 'missing':
          return noSuchWebhook();
        case 'conflict':
          return problem('webhook_conflict', replayed.detail);
      }
    },
  }),
];

const view = (row: InboxRow): InboxWebhook => ({
  id: row.id,
  event: row.event,
  status: row.status,
  reason: row.reason ?? null,
  attempts: row.attempts,
  receivedAt: row.receivedAt.toISOString(),
  providerCreatedAt: row.providerCreatedAt?.toISOString() ?? null,
  bodySha256: row.bodySha256,
  gatewayOrderId: row.gatewayOrderId ?? null,
});
