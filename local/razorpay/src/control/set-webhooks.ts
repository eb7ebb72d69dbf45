import type { z } from 'zod';
import type { Database } from '../ledger/database.ts';
import type { Outbox } from '../webhooks/outbox.ts';
import type { Switches, webhookSwitchesSchema } from '../webhooks/switches.ts';
import type { WebhookArchive } from '../webhooks/webhook-archive.ts';
import type { WebhookSender } from '../webhooks/webhook-sender.ts';
import { publicSwitches } from './state.ts';

/** `POST /_control/webhooks`: changes the switches that are named, and answers with all of them. */
export const setWebhooks =
  ({
    database,
    outbox,
    archive,
    switches,
    sender,
    configuredSecret,
    now,
  }: {
    database: Database;
    outbox: Outbox;
    archive: WebhookArchive;
    switches: Switches;
    sender: WebhookSender;
    configuredSecret: string;
    now: () => number;
  }) =>
  ({ replay = false, ...asked }: z.infer<typeof webhookSwitchesSchema>) => {
    const before = switches.current();
    const after = {
      deliver: asked.deliver ?? before.deliver,
      delayMs: asked.delayMs ?? before.delayMs,
      duplicate: asked.duplicate ?? before.duplicate,
      reorder: asked.reorder ?? before.reorder,
      corrupt: asked.corrupt ?? before.corrupt,
      secret: asked.secret === undefined ? before.secret : asked.secret,
      contentType: asked.contentType ?? before.contentType,
      // Turning it on is also how a webhook that disabled itself comes back.
      disabled: asked.deliver === true ? false : before.disabled,
    };
    outbox.flush();
    database.transaction(() => {
      switches.set(after);
      if (!after.deliver) outbox.dropPending();
      if (replay) archive.revive(missedBy(archive), after.secret ?? configuredSecret, now());
    });
    if (!after.deliver) sender.forget();
    if (replay) sender.resume();
    return publicSwitches(after);
  };

/** What no retry will send any more. */
const missedBy = (archive: WebhookArchive): number[] =>
  archive.unacknowledged().flatMap(({ seq, state }) => (state === 'pending' ? [] : [seq]));
