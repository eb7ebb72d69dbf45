import type { Database } from '../ledger/database.ts';
import { done, type Outcome, plainRefusal, refused } from '../refusal.ts';
import type { Timings } from '../timings.ts';
import type { Switches } from './switches.ts';
import type { ReplayCandidate, WebhookArchive } from './webhook-archive.ts';
import type { WebhookSender } from './webhook-sender.ts';

export interface ReplayRequest {
  /** Absent: everything unacknowledged. */
  readonly ids?: readonly string[] | undefined;
  /** Also what was acknowledged, and what is too old: a test device. */
  readonly force: boolean;
}

export type SkipReason = 'unknown' | 'acknowledged' | 'too-old' | 'underway';

export interface Replay {
  readonly replayed: readonly string[];
  readonly skipped: readonly { readonly id: string; readonly reason: SkipReason }[];
}

/**
 * The dashboard's "Replay events": sends the same bytes under the same event id again, signed with the secret of today,
 * and retries them like new ones. Only what nobody acknowledged, and is at most seven days old.
 */
export const replayWebhooks =
  ({
    database,
    archive,
    switches,
    sender,
    configuredSecret,
    timings,
    now,
  }: {
    database: Database;
    archive: WebhookArchive;
    switches: Switches;
    sender: WebhookSender;
    configuredSecret: string;
    timings: Pick<Timings, 'replayWindowMs'>;
    now: () => number;
  }) =>
  ({ ids, force }: ReplayRequest): Outcome<Replay> => {
    const { deliver, disabled, secret } = switches.current();
    if (!deliver || disabled) return refused(webhookOff());

    const nowMs = now();
    const reasonToSkip = ({ seq, state, createdS }: ReplayCandidate): SkipReason | undefined => {
      // A webhook on its way cannot be signed anew; its answer comes within seconds.
      if (sender.isUnderway(seq)) return 'underway';
      if (force) return undefined;
      if (state === 'delivered') return 'acknowledged';
      return nowMs - createdS * 1000 > timings.replayWindowMs ? 'too-old' : undefined;
    };
    const candidates = ids === undefined ? archive.unacknowledged() : archive.named(ids);
    const judged = candidates.map((candidate) => ({ candidate, reason: reasonToSkip(candidate) }));
    const known = new Set(candidates.map(({ eventId }) => eventId));
    const unknown = [...new Set(ids)].filter((id) => !known.has(id));

    const chosen = judged.flatMap(({ candidate, reason }) => (reason === undefined ? [candidate] : []));
    const seqs = chosen.map(({ seq }) => seq);
    const revived = database.transaction(() => archive.revive(seqs, secret ?? configuredSecret, nowMs));
    for (const webhook of revived) sender.hurry(webhook);
    return done({
      replayed: chosen.map(({ eventId }) => eventId),
      skipped: [
        ...judged.flatMap(({ candidate, reason }) => (reason === undefined ? [] : [{ id: candidate.eventId, reason }])),
        ...unknown.map((id) => ({ id, reason: 'unknown' as const })),
      ],
    });
  };

const webhookOff = () =>
  plainRefusal(409, 'The webhook is off and sends nothing. Switch it on: POST /_control/webhooks {"deliver":true}');
