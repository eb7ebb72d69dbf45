import { createHash } from 'node:crypto';
import { type Clock, SECOND } from '@tiffin/platform/clock';
import { ServiceUnavailable } from '@tiffin/platform/http/service-unavailable';
import type { OpenCase } from '../operations/case.ts';
import { isSignedBy } from '../payments/gateway-signature.ts';
import type { InboxRow, WebhookInbox } from './inbox.store.ts';
import { gatewayOrderOf, parseBytes, readWebhook, withoutPersonalData } from './webhook-body.ts';

/** How long a new row belongs to the process that received it and works on it at once. */
export const LEASE_MS = 30 * SECOND;

export type WebhookReceived = { readonly kind: 'bad-signature' } | { readonly kind: 'stored' | 'duplicate' };

const EVENT_ID = /^[\x21-\x22\x24-\x7e]{1,128}$/; // any visible characters but #, which parts an id from a hash of ours

/**
 * A webhook came. Whoever signed these bytes holds our secret; nothing else about them is believed. It is kept before it is acknowledged
 * and worked on afterwards: this calls no gateway and no broker. What is kept already is acknowledged again; what nobody can read, what
 * another account sent and a known id with another body are kept apart for a person.
 */
export const receiveWebhook =
  (
    given: Keeping & {
      /** Newest first: retries of older events keep the secret of their time. */
      secrets: readonly string[];
      /** Whose events are ours; undefined: any account's. */
      accountId: string | undefined;
      /** Begins the work on a row this process has kept. */
      work: (row: InboxRow) => void;
      now: Clock;
    },
  ) =>
  async (bytes: Buffer, signature: unknown, eventId: unknown): Promise<WebhookReceived> => {
    if (!isSignedBy(given.secrets, bytes, signature)) return { kind: 'bad-signature' };
    const row = asRow(bytes, eventId, given.accountId, given.now());
    const received = await keep(given, row).catch((error: unknown) => {
      // Whatever stands in its way: what is not kept is not acknowledged, and the gateway tries again.
      throw new ServiceUnavailable('the inbox', 'a webhook was not kept', error);
    });
    if (received === 'kept' && row.status === 'received') given.work(row);
    return { kind: received === 'duplicate' ? 'duplicate' : 'stored' };
  };

type Keeping = { readonly inbox: WebhookInbox; readonly openCase: OpenCase };

const keep = async (given: Keeping, row: InboxRow): Promise<'kept' | 'kept-apart' | 'duplicate'> => {
  const kept = row.status === 'quarantined' ? await keepApart(given, row) : await given.inbox.keep(row);
  if (kept !== 'other-body') return kept;
  const reason = 'another body under a known event id';
  const again = await keepApart(given, { ...row, id: `${row.id}#${row.bodySha256}`, reason });
  return again === 'kept' ? 'kept-apart' : 'duplicate';
};

// The case first: a crash between the two leaves a case for a row that the gateway's next try brings.
const keepApart = async ({ inbox, openCase }: Keeping, row: InboxRow) => {
  await openCase({
    kind: 'quarantined_webhook',
    key: row.bodySha256,
    detail: `${row.event}: ${row.reason ?? 'unknown'}`,
    known: { webhookId: row.id, event: row.event, bodySha256: row.bodySha256 },
  });
  return inbox.keep({ ...row, status: 'quarantined', dueAt: undefined });
};

const asRow = (bytes: Buffer, eventId: unknown, accountId: string | undefined, now: Date): InboxRow => {
  const bodySha256 = createHash('sha256').update(bytes).digest('hex');
  const json = parseBytes(bytes);
  const read = readWebhook(json);
  const base = {
    id: typeof eventId === 'string' && EVENT_ID.test(eventId) ? eventId : `sha256:${bodySha256}`,
    bodySha256,
    event: read?.event ?? 'unreadable',
    providerCreatedAt: read && read.createdAt.getTime() > 0 ? read.createdAt : undefined,
    receivedAt: now,
    gatewayOrderId: read && gatewayOrderOf(read),
    body: withoutPersonalData(json) ?? null,
    attempts: 1,
    dueAt: undefined,
    replayed: false,
  };
  if (!read) return { ...base, status: 'quarantined', reason: 'it cannot be read' };
  if (accountId !== undefined && read.accountId !== accountId)
    return { ...base, status: 'quarantined', reason: 'it belongs to another account' };
  if (read.told.kind === 'ignored') return { ...base, status: 'ignored' };
  return { ...base, status: 'received', dueAt: new Date(now.getTime() + LEASE_MS) };
};
