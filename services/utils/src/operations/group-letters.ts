import type { DeadLetterGroup } from '@tiffin/contracts/operations-api';
import type { DeadLetter } from '@tiffin/platform/messaging/dead-letter';

const earlier = (left: string | null, right: string | null) =>
  left === null || right === null ? (left ?? right) : left < right ? left : right;
const later = (left: string | null, right: string | null) =>
  left === null || right === null ? (left ?? right) : left > right ? left : right;

/** The letters by queue, type, reason and error, in the order in which each cause is met first. */
export const groupLetters = (letters: readonly DeadLetter[]): readonly DeadLetterGroup[] => {
  const groups = new Map<string, DeadLetterGroup>();
  for (const { queue, type = null, reason, error, deadAt = null } of letters) {
    const key = JSON.stringify([queue, type, reason, error]);
    const group = groups.get(key) ?? { queue, type, reason, error, count: 0, oldestAt: null, newestAt: null };
    groups.set(key, {
      ...group,
      count: group.count + 1,
      oldestAt: earlier(group.oldestAt, deadAt),
      newestAt: later(group.newestAt, deadAt),
    });
  }
  return [...groups.values()];
};
