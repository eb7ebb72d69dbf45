import { type DeadLetterGroup, deadLetterGroups } from '@tiffin/contracts/operations-api';
import { keyOf } from '../dead-letters/same-death.ts';
import type { Answer, Doors } from '../doors/doors.ts';
import type { Line } from './journal.ts';
import { pause } from './pause.ts';
import { refusalWords } from './refusal-words.ts';
import { seconds } from './seconds.ts';

const LOOK_EVERY_MS = 500;
const GIVEN_UP_AFTER_MS = 30_000;

/** What the supervisor says it has sent. */
export type Poison = { readonly queue: string; readonly published: number };

/** Sends something no reader understands, and ends when all of it lies among the dead letters. */
export const followLetter = async (doors: Doors, line: Line, send: () => Promise<Answer<Poison>>): Promise<void> => {
  const read = () => doors.ask({ part: 'utils', path: '/admin/dlq' }, deadLetterGroups);
  const before = await read();
  if (before.kind !== 'answered') return line.end('failed', refusalWords(before));
  const counts = new Map(before.body.items.map((group) => [keyOf(group), group.count]));
  const newIn = (group: DeadLetterGroup): number => group.count - (counts.get(keyOf(group)) ?? 0);

  const sentMs = Date.now();
  const sent = await send();
  if (sent.kind !== 'answered') return line.end('failed', refusalWords(sent));
  const { queue, published } = sent.body;
  const put = `${published} messages put into ${queue}`;
  line.seen([put]);
  while (Date.now() - sentMs < GIVEN_UP_AFTER_MS) {
    const now = await read();
    const groups = now.kind === 'answered' ? now.body.items : [];
    const grown = groups.filter((group) => group.queue === queue && newIn(group) > 0);
    const total = grown.reduce((sum, group) => sum + newIn(group), 0);
    line.seen([put, ...grown.map((group) => `${newIn(group)} in ${queue}.dead: ${group.reason}, ${group.error}`)]);
    if (total >= published) {
      return line.end('done', `put aside after ${seconds(Date.now() - sentMs)}; the page Dead letters shows them`);
    }
    await pause(LOOK_EVERY_MS);
  }
  line.end('failed', `not all of it was among the dead letters after ${seconds(GIVEN_UP_AFTER_MS)}`);
};
