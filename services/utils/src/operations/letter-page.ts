import type { DeadLetterView } from '@tiffin/contracts/operations-api';
import type { DeadLetter } from '@tiffin/platform/messaging/dead-letter';
import { viewLetter } from './letter-view.ts';

/** Where a page of letters goes on: behind this one, or at its place when it is gone. */
export type LetterPosition = { readonly id: string; readonly index: number };

/** A page ends early when it has shown so much. */
const MOST_SHOWN_BYTES = 1_048_576;

/** At most `limit` letters of a reading. */
export const pageOfLetters = (
  letters: readonly DeadLetter[],
  after: LetterPosition | undefined,
  limit: number,
): { items: readonly DeadLetterView[]; next: LetterPosition | undefined } => {
  const place = after ? letters.findIndex(({ id }) => id === after.id) : -1;
  const start = after && place < 0 ? after.index : place + 1;
  const items: DeadLetterView[] = [];
  let shown = 0;
  for (const letter of letters.slice(start, start + limit)) {
    if (items.length > 0 && shown + letter.body.length > MOST_SHOWN_BYTES) break;
    items.push(viewLetter(letter));
    shown += letter.body.length;
  }
  const index = start + items.length;
  const last = items.at(-1);
  return { items, next: last && index < letters.length ? { id: last.id, index } : undefined };
};
