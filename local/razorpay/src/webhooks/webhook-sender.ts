import type { Logger } from '../logger.ts';
import { signWebhook } from '../signature.ts';
import type { Timings } from '../timings.ts';
import type { Outbox, StoredWebhook } from './outbox.ts';
import type { WebhookPost } from './post-webhook.ts';
import { nextAttemptMs } from './retry-schedule.ts';
import type { Switches } from './switches.ts';

/** How many webhooks are on their way at once, their copies not counted. */
const MAX_DELIVERIES = 32;

/**
 * Delivers what is pending in the outbox: at least once, in no promised order, until the receiver answers 2xx or the
 * retry window has passed. Then the whole webhook is off, as with the real one, until somebody switches it on.
 */
export const createWebhookSender = ({
  outbox,
  switches,
  webhookPost,
  timings,
  now,
  logger,
}: {
  outbox: Outbox;
  switches: Switches;
  webhookPost: WebhookPost;
  timings: Timings;
  now: () => number;
  logger: Logger;
}) => {
  /** By number: a webhook waits for its time, or is taken (ready for a connection, then underway). */
  const waiting = new Map<number, NodeJS.Timeout>();
  const taken = new Set<number>();
  const ready: StoredWebhook[] = [];
  const underway = new Set<Promise<void>>();
  let closed = false;
  let failing = false;

  const schedule = (webhook: StoredWebhook): void => {
    const { seq, nextMs } = webhook;
    if (closed || waiting.has(seq) || taken.has(seq)) return;
    const waitMs = nextMs - now();
    if (waitMs <= 0) {
      take(webhook);
      return;
    }
    const timer = setTimeout(() => {
      waiting.delete(seq);
      take(webhook);
    }, waitMs);
    waiting.set(seq, timer);
  };

  const take = (webhook: StoredWebhook): void => {
    taken.add(webhook.seq);
    ready.push(webhook);
    pump();
  };

  const pump = (): void => {
    while (underway.size < MAX_DELIVERIES) {
      const webhook = ready.shift();
      if (webhook === undefined) return;
      const delivery = deliver(webhook).then(() => {
        underway.delete(delivery);
        pump();
      });
      underway.add(delivery);
    }
  };

  const deliver = async (webhook: StoredWebhook): Promise<void> => {
    const { acknowledged, answer } = await sendCopies(webhook);
    // Ours no more: a shutdown leaves it pending for the next start; a reset or a switch has settled it meanwhile.
    if (closed || !taken.delete(webhook.seq)) return;
    const tried = { ...webhook, attempts: webhook.attempts + 1, answer };
    if (acknowledged) accept(tried);
    else retry(tried);
  };

  const accept = (webhook: StoredWebhook): void => {
    outbox.save({ ...webhook, state: 'delivered' });
    if (failing) logger.info({ event: webhook.event }, 'webhook receiver answers again');
    failing = false;
  };

  const retry = (webhook: StoredWebhook): void => {
    const { event, answer } = webhook;
    if (!failing) logger.warn({ event, answer }, 'webhook receiver does not acknowledge, retrying');
    failing = true;
    const nextMs = nextAttemptMs(webhook, now(), timings);
    if (nextMs === undefined) {
      outbox.save({ ...webhook, state: 'given-up' });
      disable();
      return;
    }
    const postponed = { ...webhook, nextMs };
    outbox.save(postponed);
    schedule(postponed);
  };

  const sendCopies = async (webhook: StoredWebhook) => {
    const { corrupt, contentType, duplicate } = switches.current();
    const body = Buffer.from(webhook.body, 'utf8');
    const signature = signWebhook(webhook.secret, body);
    const request = {
      body: corrupt ? withOneByteChanged(body) : body,
      headers: {
        'content-type': contentType,
        'X-Razorpay-Signature': signature,
        'x-razorpay-event-id': webhook.eventId,
      },
    };
    // The copies race the original on purpose; only the answer to the original counts.
    const [answer] = await Promise.all([
      webhookPost.post(request),
      ...Array.from({ length: duplicate }, () => webhookPost.post(request)),
    ]);
    return answer;
  };

  const disable = (): void => {
    switches.set({ ...switches.current(), disabled: true });
    forget();
    // Tries that are kept late would make their webhooks pending again.
    outbox.flush();
    outbox.dropPending();
    logger.warn(
      {},
      'webhook disabled after a whole retry window of failures; POST /_control/webhooks {"deliver":true}',
    );
  };

  const forget = (): void => {
    for (const timer of waiting.values()) clearTimeout(timer);
    waiting.clear();
    taken.clear();
    ready.length = 0;
  };

  return {
    schedule,
    /** On its way now, or about to be: its next answer decides about it. */
    isUnderway: (seq: number): boolean => taken.has(seq),
    /** Sends it as it stands now, in the place of a retry that waits. */
    hurry: (webhook: StoredWebhook): void => {
      clearTimeout(waiting.get(webhook.seq));
      waiting.delete(webhook.seq);
      schedule(webhook);
    },
    /** Takes up everything pending: at the start, and after a replay. */
    resume: () => {
      for (const webhook of outbox.pending()) schedule(webhook);
    },
    /** Lets go of all that waits; what is on its way arrives, and its answer is ignored. */
    forget,
    close: async () => {
      closed = true;
      forget();
      webhookPost.close();
      await Promise.all(underway);
    },
  };
};

export type WebhookSender = ReturnType<typeof createWebhookSender>;

/** Flips the lowest bit of the middle byte. */
const withOneByteChanged = (body: Uint8Array): Uint8Array => {
  const changed = Uint8Array.from(body);
  const middle = changed.length >> 1;
  changed[middle] = (changed[middle] ?? 0) ^ 1;
  return changed;
};
