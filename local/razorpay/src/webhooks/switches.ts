import { z } from 'zod';
import { type Database, parseStored } from '../ledger/database.ts';

/** `POST /_control/webhooks`: how the sender misbehaves. Fields that are left out stay as they are. */
export const webhookSwitchesSchema = z.strictObject({
  /** false: nothing is sent, and what would have been sent is dropped. true: on again, also after it disabled itself. */
  deliver: z.boolean().optional(),
  /** Waits this long before the first try of each event. */
  delayMs: z.int().min(0).max(600_000).optional(),
  /** So many further copies of each event, at the same moment. */
  duplicate: z.int().min(0).max(20).optional(),
  /** Each flow arrives backwards: order.paid before payment.captured before payment.authorized. */
  reorder: z.boolean().optional(),
  /** One byte of the body is changed after signing. */
  corrupt: z.boolean().optional(),
  /** Signs new events with this instead of the configured secret; null goes back to it. Older events keep theirs. */
  secret: z.string().min(1).nullable().optional(),
  contentType: z.string().min(1).optional(),
  /** Sends everything unacknowledged once more, with the current secret: the dashboard's "Replay events". */
  replay: z.boolean().optional(),
});

export interface WebhookSwitches {
  readonly deliver: boolean;
  readonly delayMs: number;
  readonly duplicate: number;
  readonly reorder: boolean;
  readonly corrupt: boolean;
  readonly secret: string | null;
  readonly contentType: string;
  /** Set by the sender itself, after a whole retry window of failures. */
  readonly disabled: boolean;
}

const UNTOUCHED: WebhookSwitches = {
  deliver: true,
  delayMs: 0,
  duplicate: 0,
  reorder: false,
  corrupt: false,
  secret: null,
  contentType: 'application/json',
  disabled: false,
};

/** The switches are part of the state: they survive a restart, as a disabled webhook of the real one does. */
export const createSwitches = (database: Database) => {
  const load = database.prepare<{ body: string }>("SELECT body FROM settings WHERE name = 'webhook switches'");
  const save = database.prepare(
    "INSERT INTO settings (name, body) VALUES ('webhook switches', ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body",
  );
  const stored = load.get([]);
  let current: WebhookSwitches = stored === undefined ? UNTOUCHED : { ...UNTOUCHED, ...parseStored(stored.body) };
  const set = (switches: WebhookSwitches): void => {
    save.run([JSON.stringify(switches)]);
    current = switches;
  };

  return {
    current: () => current,
    set,
    clear: () => set(UNTOUCHED),
  };
};

export type Switches = ReturnType<typeof createSwitches>;
