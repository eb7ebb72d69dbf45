import { userId } from '@tiffin/contracts/claims';
import * as z from 'zod';

const people = z.object({ customer: userId, restaurant: userId, rider: userId });
/** The three people of this browser tab, by role. */
export type People = z.infer<typeof people>;
export type PlayRole = keyof People;

const KEY = 'tiffin-play';

/** The same three over a reload of the tab, so that everything goes on where it was; others in every other tab. */
export const keepPeople = (storage: Pick<Storage, 'getItem' | 'setItem'>, mark: string): People => {
  const kept = people.safeParse(parsed(storage.getItem(KEY)));
  if (kept.success) return kept.data;
  const made = people.parse({
    customer: `play-customer-${mark}`,
    restaurant: `play-kitchen-${mark}`,
    rider: `play-rider-${mark}`,
  });
  storage.setItem(KEY, JSON.stringify(made));
  return made;
};

/** Six hexadecimal digits. */
export const newMark = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(3)), (byte) => byte.toString(16).padStart(2, '0')).join('');

const parsed = (text: string | null): unknown => {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
};
