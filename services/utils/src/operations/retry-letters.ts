import type { RetryLetters, RetryReply } from '@tiffin/contracts/operations-api';
import type { DeadLetters, LetterOrder } from '@tiffin/platform/messaging/dead-letters';
import type { acceptsBody } from './accepted-body.ts';
import type { ActAudited } from './act-audited.ts';
import { countSettled } from './settled-letters.ts';

/**
 * Sends letters back to the queue they died in, as they are or with a corrected body. A correction its reader would refuse is not sent, and
 * its letter stays. The audit knows before anything moves. Throws BrokerAwayError when nothing was done.
 */
export const retryLetters =
  ({
    deadLetters,
    act,
    accepts,
  }: {
    deadLetters: DeadLetters;
    act: ActAudited;
    accepts: ReturnType<typeof acceptsBody>;
  }) =>
  async (queue: string, asked: RetryLetters, who: string): Promise<RetryReply> => {
    const { ids, edit = {}, ratePerSecond } = asked;
    // All means all that lie there now: what dies again meanwhile is not sent a second time.
    const { letters, unread } = ids ? { letters: [], unread: 0 } : await deadLetters.read(queue);
    const refused: { id: string; error: string }[] = [];
    const orders: LetterOrder[] = [];
    for (const id of new Set(ids ?? letters.map((letter) => letter.id))) {
      const accepted = Object.hasOwn(edit, id) ? accepts(queue, edit[id]) : undefined;
      if (accepted?.ok === false) refused.push({ id, error: accepted.error });
      else orders.push({ id, kind: 'retry', correction: accepted?.correction });
    }
    if (orders.length === 0) return { retried: 0, failed: refused, unread };

    const detail = {
      ids: orders.map(({ id }) => id),
      edited: orders.filter(({ correction }) => correction).map(({ id }) => id),
      ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
    };
    const { retried, failed } = await act({ who, action: 'dead-letters.retry', target: queue, detail }, async () => {
      const done = countSettled(await deadLetters.settle(queue, orders, { perSecond: ratePerSecond }));
      return { retried: done.settled, failed: done.failed };
    });
    return { retried, failed: [...refused, ...failed], unread };
  };
