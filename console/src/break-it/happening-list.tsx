import { timeOfDay } from '../shell/words.ts';
import type { Journal } from './journal.ts';

/** What was done, what suffered, and when all was well again; newest first, and it goes on while you look. */
export const HappeningList = ({ journal }: { journal: Journal }) => {
  const entries = journal.entries.value;
  return (
    <section class="panel" aria-labelledby="happened-title">
      <h2 id="happened-title">What happened</h2>
      {/* The list changes twice a second; only how things end is read out. */}
      <p class="news" aria-live="polite">
        {journal.news.value}
      </p>
      {entries.length === 0 && <p class="quiet">Nothing yet. Press a button.</p>}
      <ol class="happenings" aria-label="What happened">
        {entries.map(({ id, at, did, state, seen, end }) => (
          <li key={id} data-state={state}>
            <time dateTime={new Date(at).toISOString()}>{timeOfDay(at)}</time> <b>{did}</b>{' '}
            <span class="state">{end === '' ? `${state} …` : end}</span>
            <ul>
              {seen.map((words) => (
                <li key={words}>{words}</li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
    </section>
  );
};
