import { newEventIdentifier } from './identifier.ts';
import type { AlarmKind, AlarmStore } from './ledger/alarms.ts';
import type { Database } from './ledger/database.ts';
import type { Timings } from './timings.ts';
import type { Outbox, StoredWebhook } from './webhooks/outbox.ts';
import type { Switches } from './webhooks/switches.ts';
import { overtakenBy, type WebhookEvent, webhookBody } from './webhooks/webhook-event.ts';

export interface Change {
  /** A webhook about what this change did; it is sent once the change is committed. */
  readonly announce: (event: WebhookEvent) => void;
  /** Something to happen by itself later. */
  readonly later: (kind: AlarmKind, subject: string, afterMs: number) => void;
  readonly cancel: (kind: AlarmKind, subject: string) => void;
}

/**
 * Runs one change of the ledger: entities, webhooks and alarms are one write. When it returns, all of it survives
 * `kill -9`; when it throws, nothing happened and nothing is sent.
 */
export type Commit = <T>(work: (change: Change) => T) => T;

export const createCommit = ({
  database,
  outbox,
  alarms,
  switches,
  configuredSecret,
  accountId,
  timings,
  now,
  send,
  windAlarms,
}: {
  database: Database;
  outbox: Outbox;
  alarms: AlarmStore;
  switches: Switches;
  configuredSecret: string;
  accountId: string;
  timings: Timings;
  now: () => number;
  send: (webhook: StoredWebhook) => void;
  windAlarms: () => void;
}): Commit => {
  const enqueue = (event: WebhookEvent): StoredWebhook => {
    const createdMs = now();
    const { deliver, disabled, delayMs, reorder, secret } = switches.current();
    return outbox.add({
      eventId: newEventIdentifier(),
      event: event.name,
      body: webhookBody(event, accountId, createdMs),
      secret: secret ?? configuredSecret,
      createdMs,
      state: deliver && !disabled ? 'pending' : 'dropped',
      nextMs: createdMs + delayMs + (reorder ? overtakenBy[event.name] * timings.reorderStepMs : 0),
    });
  };

  return (work) => {
    const announced: StoredWebhook[] = [];
    let alarmsSet = false;
    const result = database.transaction(() =>
      work({
        announce: (event) => {
          announced.push(enqueue(event));
        },
        later: (kind, subject, afterMs) => {
          alarms.set({ kind, subject, dueMs: now() + afterMs });
          alarmsSet = true;
        },
        cancel: alarms.remove,
      }),
    );
    for (const webhook of announced) if (webhook.state === 'pending') send(webhook);
    if (alarmsSet) windAlarms();
    return result;
  };
};
