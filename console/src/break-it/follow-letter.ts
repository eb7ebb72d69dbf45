import { type DeadLetterGroup, deadLetterGroups } from '@tiffin/contracts/operations-api';
import type { Answer, Doors } from '../doors/doors.ts';
import type { Line } from './journal.ts';
import { pause } from './pause.ts';
import { refusalWords } from './refusal-words.ts';
import { seconds } from './seconds.ts';

const LOOK_EVERY_MS = 500;
const GIVEN_UP_AFTER_MS = 30_000;

const nameOf = ({ queue, type, reason, error }: DeadLetterGroup): string =>
  JSON.stringify([queue, type, reason, error]);

/** Sends something no reader understands, and ends when it lies among the dead letters. */
export const followLetter = async (doors: Doors, line: Line, send: () => Promise<Answer<unknown>>): Promise<void> => {
  const read = () => doors.ask({ part: 'utils', path: '/admin/dlq' }, deadLetterGroups);
  const before = await read();
  if (before.kind !== 'answered') return line.end('failed', refusalWords(before));
  const counts = new Map(before.body.items.map((group) => [nameOf(group), group.count]));
  const sentMs = Date.now();
  const sent = await send();
  if (sent.kind !== 'answered') return line.end('failed', refusalWords(sent));
  while (Date.now() - sentMs < GIVEN_UP_AFTER_MS) {
    const now = await read();
    const groups = now.kind === 'answered' ? now.body.items : [];
    const grown = groups.find((group) => group.count > (counts.get(nameOf(group)) ?? 0));
    if (grown) {
      line.seen([`it lies in ${grown.queue}.dead (${grown.reason}: ${grown.error}); the page Dead letters shows it`]);
      return line.end('done', `put aside after ${seconds(Date.now() - sentMs)}, and its queue went on`);
    }
    await pause(LOOK_EVERY_MS);
  }
  line.end('failed', `no dead letter was seen within ${seconds(GIVEN_UP_AFTER_MS)}`);
};
