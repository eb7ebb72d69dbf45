import { createLogger } from '@tiffin/platform/observability/logger';
import { eventually } from '@tiffin/testing/eventually';
import { describe, expect, it } from 'vitest';
import type { NewCase } from '../operations/case.ts';
import type { WebhookApplied } from './apply-webhook.ts';
import type { InboxRow, WebhookInbox } from './inbox.store.ts';
import { createWebhookWorker, MOST_ATTEMPTS, retryPauseMs } from './webhook-worker.ts';

const NOW = new Date('2026-11-01T10:00:00.000Z');
const aRow = (changes: Partial<InboxRow> = {}): InboxRow => ({
  id: 'evt_1',
  bodySha256: 'f'.repeat(64),
  event: 'payment.captured',
  providerCreatedAt: NOW,
  receivedAt: NOW,
  gatewayOrderId: undefined,
  body: {},
  status: 'received',
  attempts: 1,
  dueAt: NOW,
  replayed: false,
  ...changes,
});

const aWorker = (apply: () => Promise<WebhookApplied>) => {
  const said: unknown[] = [];
  const cases: NewCase[] = [];
  const inbox: WebhookInbox = {
    keep: async () => 'kept',
    claimDue: async () => [],
    end: async (id, status, reason) => {
      said.push({ id, status, reason });
    },
    retryAt: async (id, at, reason) => {
      said.push({ id, at: at.toISOString(), reason });
    },
  };
  const worker = createWebhookWorker({
    inbox,
    apply,
    openCase: async (opened) => {
      cases.push(opened);
    },
    logger: createLogger({ service: 'utils', level: 'silent' }),
    now: () => NOW,
  });
  return { worker, said, cases };
};

describe('the worker of the inbox', () => {
  it('ends a row as its work ended', async () => {
    const { worker, said } = aWorker(async () => ({ kind: 'ended', status: 'ignored', reason: 'no payment of ours' }));
    worker.work(aRow());
    await eventually('the row to end', () => said.length === 1);
    expect(said).toEqual([{ id: 'evt_1', status: 'ignored', reason: 'no payment of ours' }]);
  });

  it('tries a row again later, and later still', async () => {
    const { worker, said } = aWorker(async () => ({ kind: 'later', reason: 'the gateway is away' }));
    worker.work(aRow({ attempts: 3 }));
    await eventually('the row to wait', () => said.length === 1);
    expect(said).toEqual([{ id: 'evt_1', at: '2026-11-01T10:00:04.000Z', reason: 'the gateway is away' }]);
    expect([1, 2, 3, 10, 12, 13, 99].map(retryPauseMs)).toEqual([1e3, 2e3, 4e3, 512e3, 2048e3, 3600e3, 3600e3]);
  });

  it('tries again what failed by a fault', async () => {
    const { worker, said } = aWorker(async () => {
      throw new RangeError('a bug');
    });
    worker.work(aRow());
    await eventually('the row to wait', () => said.length === 1);
    expect(said).toMatchObject([{ reason: 'RangeError' }]);
  });

  it('gives up in the end, for a person to look at', async () => {
    const { worker, said, cases } = aWorker(async () => ({ kind: 'later', reason: 'the gateway is away' }));
    worker.work(aRow({ attempts: MOST_ATTEMPTS }));
    await eventually('the row to end', () => said.length === 1);
    expect(said).toMatchObject([{ status: 'dead' }]);
    expect(cases).toMatchObject([{ kind: 'quarantined_webhook', key: 'f'.repeat(64) }]);
  });

  it('leaves what waits to the inbox when it stops', async () => {
    let finish: () => void = () => undefined;
    const { worker, said } = aWorker(
      () =>
        new Promise((resolve) => {
          finish = () => resolve({ kind: 'ended', status: 'processed' });
        }),
    );
    worker.work(aRow());
    const stopped = worker.stop();
    worker.work(aRow({ id: 'evt_2' }));
    finish();
    await stopped;
    expect(said).toMatchObject([{ id: 'evt_1' }]);
  });
});
