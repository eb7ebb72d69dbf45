import type { DiscardLetters, DiscardReply } from '@tiffin/contracts/operations-api';
import type { DeadLetters } from '@tiffin/platform/messaging/dead-letters';
import type { ActAudited } from './act-audited.ts';
import { countSettled } from './settled-letters.ts';

/** Takes letters away for good, with a reason that the audit keeps. Throws BrokerAwayError when nothing was done. */
export const discardLetters =
  ({ deadLetters, act }: { deadLetters: DeadLetters; act: ActAudited }) =>
  async (queue: string, asked: DiscardLetters, who: string): Promise<DiscardReply> => {
    const ids = [...new Set(asked.ids)];
    const detail = { ids, reason: asked.reason };
    const { discarded, failed } = await act(
      { who, action: 'dead-letters.discard', target: queue, detail },
      async () => {
        const orders = ids.map((id) => ({ id, kind: 'discard' as const }));
        const done = countSettled(await deadLetters.settle(queue, orders));
        return { discarded: done.settled, failed: done.failed };
      },
    );
    return { discarded, failed: [...failed] };
  };
