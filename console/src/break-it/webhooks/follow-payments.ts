import { paymentReply } from '@tiffin/contracts/payment-api';
import type { Doors } from '../../doors/doors.ts';
import type { Line } from '../journal.ts';
import { pause } from '../pause.ts';
import { seconds } from '../seconds.ts';
import { type Gateway, readGateway } from './webhook-switches.ts';

const LOOK_EVERY_MS = 2_000;
/** A person may ask twenty times a second, and the rest of the page asks as well. */
const ASKED_AT_ONCE = 8;
/** The reconciler first looks at a payment after a minute, and again a minute later. */
const GIVEN_UP_AFTER_MS = 300_000;

const APPLIED: ReadonlySet<string> = new Set(['captured', 'refund_pending', 'partially_refunded', 'refunded']);

export type WebhookTrick = {
  readonly doors: Doors;
  readonly line: Line;
  /** What a webhook suffers, told with how many have. */
  readonly words: (before: Gateway, now: Gateway) => string;
  /** When it was ended, undefined while it goes on. */
  readonly endedAtMs: () => number | undefined;
  readonly isLeft: () => boolean;
};

const isApplied = async (doors: Doors, orderId: string): Promise<boolean> => {
  const answer = await doors.ask({ part: 'utils', path: `/api/v1/payments/${orderId}` }, paymentReply);
  return answer.kind === 'answered' && APPLIED.has(answer.body.payment.status);
};

const paymentWords = (made: number, open: number): string =>
  `${made} payments made meanwhile, ${open === 0 ? 'all of them known to us' : `${open} of them not known to us yet`}`;

/** Watches payments while webhooks are lost or doubled, and ends when each of them is applied after all. */
export const followPayments = async ({ doors, line, words, endedAtMs, isLeft }: WebhookTrick): Promise<void> => {
  let before: Gateway | undefined;
  const made = new Set<string>();
  const open = new Set<string>();
  let told = '';
  // What is paid after the end does not count.
  let isComplete = false;
  const take = (gateway: Gateway): void => {
    before ??= gateway;
    for (const orderId of gateway.paid) {
      if (before.paid.has(orderId) || made.has(orderId)) continue;
      made.add(orderId);
      open.add(orderId);
    }
    told = words(before, gateway);
  };
  while (!isLeft()) {
    // Asked before the look, so that what was paid up to the end is in it.
    const endedMs = endedAtMs();
    if (!isComplete) {
      const gateway = await readGateway(doors);
      if (gateway.kind === 'answered') {
        take(gateway.body);
        isComplete = endedMs !== undefined;
      }
    }
    const asked = [...open].slice(0, ASKED_AT_ONCE);
    const applied = await Promise.all(asked.map((orderId) => isApplied(doors, orderId)));
    for (const [index, orderId] of asked.entries()) {
      open.delete(orderId);
      // Behind the others, who have waited as long.
      if (!applied[index]) open.add(orderId);
    }
    line.seen([told, paymentWords(made.size, open.size)]);
    if (endedMs !== undefined && isComplete && open.size === 0) {
      return line.end('recovered', `recovered after ${seconds(Date.now() - endedMs)}: no payment is open`);
    }
    if (endedMs !== undefined && Date.now() - endedMs > GIVEN_UP_AFTER_MS) {
      return line.end('failed', `${open.size} payments are still open after ${seconds(GIVEN_UP_AFTER_MS)}`);
    }
    await pause(LOOK_EVERY_MS);
  }
};
