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
  /** The gateway before it was told to misbehave. */
  readonly before: Gateway;
  /** Of the press that began it. */
  readonly line: Line;
  /** What a webhook suffers, told with how many have. */
  readonly words: (before: Gateway, now: Gateway) => string;
  /** When it was ended and the line of that press; undefined while it goes on. */
  readonly ended: () => { readonly atMs: number; readonly line: Line } | undefined;
  readonly isLeft: () => boolean;
};

const isApplied = async (doors: Doors, orderId: string): Promise<boolean> => {
  const answer = await doors.ask({ part: 'utils', path: `/api/v1/payments/${orderId}` }, paymentReply);
  return answer.kind === 'answered' && APPLIED.has(answer.body.payment.status);
};

const paymentWords = (made: number, open: number): string =>
  `${made} payments made meanwhile, ${open === 0 ? 'all of them known to us' : `${open} of them not known to us yet`}`;

/** The payments made since, and those of them that are not applied yet. */
const watchPayments = (doors: Doors, before: Gateway) => {
  const made = new Set<string>();
  const open = new Set<string>();
  return {
    take: ({ paid }: Gateway): void => {
      for (const orderId of paid) {
        if (before.paid.has(orderId) || made.has(orderId)) continue;
        made.add(orderId);
        open.add(orderId);
      }
    },
    ask: async (): Promise<void> => {
      const asked = [...open].slice(0, ASKED_AT_ONCE);
      const applied = await Promise.all(asked.map((orderId) => isApplied(doors, orderId)));
      for (const [index, orderId] of asked.entries()) {
        open.delete(orderId);
        // Behind the others, who have waited as long.
        if (!applied[index]) open.add(orderId);
      }
    },
    open: () => open.size,
    words: () => paymentWords(made.size, open.size),
  };
};

/** Watches payments while webhooks are lost or doubled, and when that has ended until each of them is applied after all. */
export const followPayments = async (trick: WebhookTrick): Promise<void> => {
  const { doors, before, line, words, ended, isLeft } = trick;
  const beganMs = Date.now();
  const payments = watchPayments(doors, before);
  // What is paid after the end does not count.
  let isComplete = false;
  let told = words(before, before);
  while (!isLeft()) {
    // Asked before the look, so that what was paid up to the end is in it.
    const end = ended();
    const gateway = isComplete ? undefined : await readGateway(doors);
    if (gateway?.kind === 'answered') {
      payments.take(gateway.body);
      told = words(before, gateway.body);
    }
    await payments.ask();
    if (!isComplete) line.seen([told, payments.words()]);
    if (end) {
      if (gateway?.kind === 'answered') {
        isComplete = true;
        line.end('done', `it lasted ${seconds(end.atMs - beganMs)}`);
      }
      end.line.seen([payments.words()]);
      const sinceMs = Date.now() - end.atMs;
      if (isComplete && payments.open() === 0) {
        return end.line.end('recovered', `recovered after ${seconds(sinceMs)}: no payment is open`);
      }
      if (sinceMs > GIVEN_UP_AFTER_MS) {
        return end.line.end('failed', `${payments.open()} payments are still open after ${seconds(sinceMs)}`);
      }
    }
    await pause(LOOK_EVERY_MS);
  }
};
