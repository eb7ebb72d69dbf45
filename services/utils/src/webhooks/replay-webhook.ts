import type { ActAudited } from '../operations/act-audited.ts';
import type { InboxArchive, InboxRow } from './inbox.store.ts';
import { LEASE_MS } from './receive-webhook.ts';
import { readWebhook } from './webhook-body.ts';

export type WebhookReplayed =
  | { readonly kind: 'replayed'; readonly row: InboxRow }
  | { readonly kind: 'missing' }
  | { readonly kind: 'conflict'; readonly detail: string };

/**
 * A person wants a webhook worked on again: at once, its attempts counted anew. What it says is not believed a second time; the gateway is
 * asked about the payment it names, so that nothing happens twice and a lie stays one. What nobody can read, or belongs to another account,
 * has nothing to be asked about. The audit knows before anything moves.
 */
export const replayWebhook =
  ({
    inbox,
    act,
    accountId,
    work,
  }: {
    inbox: InboxArchive;
    act: ActAudited;
    /** Whose events are ours; undefined: any account's. */
    accountId: string | undefined;
    /** Begins the work on a row this process holds. */
    work: (row: InboxRow) => void;
  }) =>
  async (id: string, reason: string, who: string): Promise<WebhookReplayed> => {
    const seen = await inbox.find(id);
    if (!seen) return { kind: 'missing' };
    const refusal = refusalOf(seen, accountId);
    if (refusal !== undefined) return { kind: 'conflict', detail: refusal };

    const detail = { reason, was: seen.status };
    return act({ who, action: 'webhooks.replay', target: id, detail }, async () => {
      const row = await inbox.reopen(seen, LEASE_MS);
      if (!row) return { kind: 'conflict', detail: 'Somebody else changed it at the same moment; look again.' };
      work(row);
      return { kind: 'replayed', row };
    });
  };

const refusalOf = ({ status, body }: InboxRow, accountId: string | undefined): string | undefined => {
  if (status === 'received') return 'It is being worked on now.';
  const read = readWebhook(body);
  if (!read) return 'It cannot be read: there is nothing to ask the gateway about.';
  if (accountId !== undefined && read.accountId !== accountId) return 'It belongs to another account.';
  return undefined;
};
