import { expect, it } from 'vitest';
import { createJournal } from './journal.ts';

it('writes presses down newest first, each with what is seen of it', () => {
  const journal = createJournal();
  const first = journal.begin('Kill rider');
  journal.begin('Send poison');
  first.seen(['0.1 s: rider does not answer …']);
  expect(journal.entries.value.map(({ did, state, seen }) => [did, state, seen])).toEqual([
    ['Send poison', 'under way', []],
    ['Kill rider', 'under way', ['0.1 s: rider does not answer …']],
  ]);
});

it('says how a press ended, in its line and as news', () => {
  const journal = createJournal();
  const line = journal.begin('Kill rider');
  line.end('recovered', 'recovered after 3.2 s');
  expect(journal.entries.value).toMatchObject([{ state: 'recovered', end: 'recovered after 3.2 s' }]);
  expect(journal.news.value).toBe('Kill rider: recovered after 3.2 s');
});
