import { newEventIdentifier } from './identifier.ts';
import type { AlarmKind, AlarmStore } from './ledger/alarms.ts';
import type { Database } from './ledger/database.ts';
import type { Timings } from './timings.ts';
import type { Outbox } from './webhooks/outbox.ts';
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
  send: (seq: number, dueMs: number) => void;
  windAlarms: () => void;
}): Commit => {
  const enqueue = (event: WebhookEvent): { seq: number; dueMs: number } | undefined => {
    const createdMs = now();
    const { deliver, disabled, delayMs, reorder, secret } = switches.current();
    const sending = deliver && !disabled;
    const dueMs = createdMs + delayMs + (reorder ? overtakenBy[event.name] * timings.reorderStepMs : 0);
    const seq = outbox.add({
      eventId: newEventIdentifier(),
      event: event.name,
      body: webhookBody(event, accountId, createdMs),
      secret: secret ?? configuredSecret,
      createdMs,
      state: sending ? 'pending' : 'dropped',
      nextMs: dueMs,
    });
    return sending ? { seq, dueMs } : undefined;
  };

  return (work) => {
    const toSend: { seq: number; dueMs: number }[] = [];
    let alarmsSet = false;
    const result = database.transaction(() =>
      work({
        announce: (event) => {
          const webhook = enqueue(event);
          if (webhook !== undefined) toSend.push(webhook);
        },
        later: (kind, subject, afterMs) => {
          alarms.set({ kind, subject, dueMs: now() + afterMs });
          alarmsSet = true;
        },
        cancel: alarms.remove,
      }),
    );
    for (const { seq, dueMs } of toSend) send(seq, dueMs);
    if (alarmsSet) windAlarms();
    return result;
  };
};
