import { type Clock, HOUR, SECOND } from '@tiffin/platform/clock';
import type { Logger } from '@tiffin/platform/observability/logger';
import type { OpenCase } from '../operations/case.ts';
import type { WebhookApplied } from './apply-webhook.ts';
import type { InboxRow, WebhookInbox } from './inbox.store.ts';
import { LEASE_MS } from './receive-webhook.ts';

const SCAN_MS = 1 * SECOND;
/** While a scan finds as much as it may take, the next one follows at once: a backlog is worked off at the pace of the work. */
const BACKLOG_SCAN_MS = 20;
const AT_ONCE = 16;
/** More than this many rows waiting in memory are left to the scan: the inbox remembers them. */
const MOST_WAITING = 1_000;
/** About four hours; the reconciler has looked by then. */
export const MOST_ATTEMPTS = 15;

export const retryPauseMs = (attempts: number): number =>
  Math.min(1 * HOUR, 1 * SECOND * 2 ** Math.min(attempts - 1, 12));

export type WebhookWorker = {
  /** Works on a row this process holds the lease of, at once: a paid order reaches its kitchen within milliseconds. */
  work(row: InboxRow): void;
  start(): void;
  /** Ends the running ones; the rest stays in the inbox. */
  stop(): Promise<void>;
};

/** Works off the inbox. A row whose worker died is taken up again when its lease is over; one that never works ends as `dead`, as a case. */
export const createWebhookWorker = ({
  inbox,
  apply,
  openCase,
  logger,
  now,
}: {
  inbox: Pick<WebhookInbox, 'claimDue' | 'end' | 'retryAt'>;
  apply: (row: InboxRow) => Promise<WebhookApplied>;
  openCase: OpenCase;
  logger: Logger;
  now: Clock;
}): WebhookWorker => {
  const waiting: InboxRow[] = [];
  const running = new Set<Promise<void>>();
  let scan: NodeJS.Timeout | undefined;
  let stopped = false;

  const finish = async (row: InboxRow): Promise<void> => {
    const applied = await apply(row).catch((error: unknown): WebhookApplied => {
      logger.error({ err: error, id: row.id, event: row.event }, 'working on a webhook failed');
      return { kind: 'later', reason: error instanceof Error ? error.name : 'unknown' };
    });
    if (applied.kind === 'ended') return inbox.end(row.id, applied.status, applied.reason);
    if (row.attempts < MOST_ATTEMPTS)
      return inbox.retryAt(row.id, new Date(now().getTime() + retryPauseMs(row.attempts)), applied.reason);
    await openCase({
      kind: 'quarantined_webhook',
      key: row.bodySha256,
      detail: `${row.event}: given up after ${row.attempts} attempts, ${applied.reason}`,
      known: { webhookId: row.id, event: row.event, attempts: row.attempts },
    });
    return inbox.end(row.id, 'dead', applied.reason);
  };

  const next = () => {
    while (!stopped && running.size < AT_ONCE) {
      const row = waiting.shift();
      if (!row) return;
      const turn: Promise<void> = finish(row)
        // The lease ends by itself; whoever scans then takes it up.
        .catch((error: unknown) => logger.warn({ err: error, id: row.id }, 'a webhook waits for its next lease'))
        .finally(() => {
          running.delete(turn);
          next();
        });
      running.add(turn);
    }
  };

  const work = (row: InboxRow) => {
    if (stopped || waiting.length >= MOST_WAITING) return;
    waiting.push(row);
    next();
  };

  const scanOnce = async () => {
    let backlog = false;
    try {
      backlog = waiting.length >= AT_ONCE;
      if (!backlog) {
        const due = await inbox.claimDue(AT_ONCE, LEASE_MS);
        backlog = due.length === AT_ONCE;
        due.forEach(work);
      }
    } catch (error) {
      logger.debug({ problem: error instanceof Error ? error.name : 'unknown' }, 'the inbox scan failed; trying again');
    }
    if (!stopped) scan = setTimeout(scanOnce, backlog ? BACKLOG_SCAN_MS : SCAN_MS);
  };

  return {
    work,
    start: () => {
      stopped = false;
      void scanOnce();
    },
    stop: async () => {
      stopped = true;
      clearTimeout(scan);
      waiting.length = 0;
      await Promise.all(running);
    },
  };
};
