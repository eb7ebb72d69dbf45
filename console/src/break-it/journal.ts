import { type ReadonlySignal, signal } from '@preact/signals';

type EntryState = 'under way' | 'recovered' | 'done' | 'failed';

type Entry = {
  readonly id: number;
  readonly at: number;
  readonly did: string;
  readonly state: EntryState;
  /** What was seen, in the order it was seen. */
  readonly seen: readonly string[];
  /** How it ended, in words; empty while it goes on. */
  readonly end: string;
};

/** One press, as it is written down while it goes on. */
export type Line = {
  /** Replaces what was seen. */
  seen(words: readonly string[]): void;
  end(state: Exclude<EntryState, 'under way'>, words: string): void;
};

/** What happened since this page was opened, newest first. */
export type Journal = {
  readonly entries: ReadonlySignal<readonly Entry[]>;
  /** The last thing that ended, for those who hear the page. */
  readonly news: ReadonlySignal<string>;
  begin(did: string): Line;
};

export const createJournal = (): Journal => {
  const entries = signal<readonly Entry[]>([]);
  const news = signal('');
  let begun = 0;
  return {
    entries,
    news,
    begin: (did) => {
      begun += 1;
      const id = begun;
      const change = (part: Partial<Entry>): void => {
        entries.value = entries.value.map((entry) => (entry.id === id ? { ...entry, ...part } : entry));
      };
      entries.value = [{ id, at: Date.now(), did, state: 'under way', seen: [], end: '' }, ...entries.value];
      return {
        seen: (words) => change({ seen: words }),
        end: (state, words) => {
          change({ state, end: words });
          news.value = `${did}: ${words}`;
        },
      };
    },
  };
};
