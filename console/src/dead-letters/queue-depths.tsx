import type { queuesReply } from '@tiffin/contracts/operations-api';
import type * as z from 'zod';
import { duration } from '../shell/words.ts';

type Queue = z.infer<typeof queuesReply>['items'][number];

/** What waits in each queue. */
export const QueueDepths = ({ queues }: { queues: readonly Queue[] }) => (
  <section class="panel" aria-labelledby="queues-title">
    <h2 id="queues-title">Queues</h2>
    {queues.length === 0 ? (
      <p class="quiet">Nothing is known of the queues yet.</p>
    ) : (
      <table class="cards" aria-label="Queues">
        <thead>
          <tr>
            <th scope="col">Queue</th>
            <th scope="col">Waiting (messages)</th>
            <th scope="col">For another try (messages)</th>
            <th scope="col">Dead (letters)</th>
            <th scope="col">Readers</th>
          </tr>
        </thead>
        <tbody>
          {queues.map(({ queue, ready, retry, dead, consumers }) => (
            <tr key={queue}>
              <td data-label="Queue">{queue}</td>
              <td data-label="Waiting">{ready}</td>
              <td data-label="For another try">{retryWords(retry)}</td>
              <td data-label="Dead">{dead}</td>
              <td data-label="Readers">
                {consumers}
                {consumers === 0 && <span class="problem"> nobody reads it</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    )}
  </section>
);

const retryWords = (retry: Queue['retry']): string => {
  const waiting = retry.filter(({ messages }) => messages > 0);
  if (waiting.length === 0) return '0';
  return waiting.map(({ delayMs, messages }) => `${messages} after ${duration(delayMs)}`).join(', ');
};
