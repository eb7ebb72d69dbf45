import type { InboxWebhook, InboxWebhookInFull } from '@tiffin/contracts/payment-operations-api';
import { table } from '@tiffin/stack/table';

const HEAD = ['received', 'status', 'tries', 'event', 'id', 'reason'];

/** A list of webhooks as a table; `nextCursor` when there are more. */
export const listWords = (items: readonly InboxWebhook[], nextCursor: string | null): string => {
  if (items.length === 0) return 'No webhook.';
  const rows = items.map(({ receivedAt, status, attempts, event, id, reason }) => [
    receivedAt,
    status,
    String(attempts),
    event,
    id,
    reason ?? '',
  ]);
  return [table([HEAD, ...rows]), ...(nextCursor === null ? [] : [`More: --cursor ${nextCursor}`])].join('\n');
};

/** One webhook with its body, for a person. */
export const webhookWords = ({ body, ...webhook }: InboxWebhookInFull): string => {
  const rows = Object.entries(webhook).map(([name, value]) => [name, value === null ? '–' : String(value)]);
  return `${table(rows)}\n${JSON.stringify(body, undefined, 2)}`;
};
