import type { Logger } from '../logger.ts';
import { signWebhook } from '../signature.ts';
import type { Timings } from '../timings.ts';
import type { Outbox, StoredWebhook } from './outbox.ts';
import type { WebhookPost } from './post-webhook.ts';
import { nextAttemptMs } from './retry-schedule.ts';
import type { Switches } from './switches.ts';

/** How many webhooks are on their way at once. */
export const MAX_DELIVERIES = 32;

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
  /** A webhook is in one place at a time: waiting for its time, or taken (ready, then underway). */
  const waiting = new Map<number, NodeJS.Timeout>();
  const taken = new Set<number>();
  const ready: number[] = [];
  const underway = new Set<Promise<void>>();
  let closed = false;
  let failing = false;

  const schedule = (seq: number, dueMs: number): void => {
    if (closed || waiting.has(seq) || taken.has(seq)) return;
    const waitMs = dueMs - now();
    if (waitMs <= 0) {
      take(seq);
      return;
    }
    const timer = setTimeout(() => {
      waiting.delete(seq);
      take(seq);
    }, waitMs);
    waiting.set(seq, timer);
  };

  const take = (seq: number): void => {
    taken.add(seq);
    ready.push(seq);
    pump();
  };

  const pump = (): void => {
    while (underway.size < MAX_DELIVERIES) {
      const seq = ready.shift();
      if (seq === undefined) return;
      const delivery = deliver(seq).then((nextMs) => {
        underway.delete(delivery);
        taken.delete(seq);
        if (nextMs !== undefined) schedule(seq, nextMs);
        pump();
      });
      underway.add(delivery);
    }
  };

  /** One try; returns when the next one is due, if there is to be one. */
  const deliver = async (seq: number): Promise<number | undefined> => {
    const webhook = outbox.find(seq);
    // Gone with a reset, or dropped by a switch, while it waited for its turn.
    if (webhook?.state !== 'pending') return undefined;
    const { acknowledged, answer } = await sendCopies(webhook);
    // A shutdown leaves it pending for the next start; a reset during the try has removed it.
    if (closed || outbox.find(seq)?.state !== 'pending') return undefined;
    return acknowledged ? accept(webhook, answer) : retry(webhook, answer);
  };

  const accept = (webhook: StoredWebhook, answer: string): undefined => {
    outbox.delivered(webhook, answer);
    if (failing) logger.info({ event: webhook.event }, 'webhook receiver answers again');
    failing = false;
  };

  const retry = (webhook: StoredWebhook, answer: string): number | undefined => {
    if (!failing) logger.warn({ event: webhook.event, answer }, 'webhook receiver does not acknowledge, retrying');
    failing = true;
    const nextMs = nextAttemptMs({ createdMs: webhook.createdMs, attempts: webhook.attempts + 1 }, now(), timings);
    if (nextMs === undefined) {
      outbox.givenUp(webhook, answer);
      disable();
    } else {
      outbox.postponed(webhook, nextMs, answer);
    }
    return nextMs;
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
    outbox.dropPending();
    logger.warn(
      {},
      'webhook disabled after a whole retry window of failures; POST /_control/webhooks {"deliver":true}',
    );
  };

  const forget = (): void => {
    for (const timer of waiting.values()) clearTimeout(timer);
    waiting.clear();
    for (const seq of ready) taken.delete(seq);
    ready.length = 0;
  };

  return {
    schedule,
    /** Takes up everything pending: at the start, and after a replay. */
    resume: () => {
      for (const { seq, nextMs } of outbox.pending()) schedule(seq, nextMs);
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
