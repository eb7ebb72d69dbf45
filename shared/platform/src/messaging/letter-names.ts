import { createHash } from 'node:crypto';
import type { Message } from 'amqplib';
import { headersOf, messageIdOf } from './message-headers.ts';

/** What a letter is called in one reading of its queue, and what else it may be called by who read the queue before. */
export type LetterName = { readonly id: string; answersTo(id: string): boolean };

const FINGERPRINT_DIGITS = 12;

// `x-` headers are the broker's own and change each time a letter is looked at.
const fingerprintOf = (message: Message): string => {
  const headers = Object.entries(headersOf(message))
    .filter(([name]) => !name.startsWith('x-'))
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(headers)).update('\n').update(message.content).digest('hex');
};

/**
 * Names the letters of one reading, in order. A letter is called by its message id, or by a hash when it has none. The same message can
 * die twice, and anybody can write an id: the first keeps it, a further one has its fingerprint behind a `~`, to which it answers also
 * when the first has gone.
 */
export const createLetterNames = (): ((message: Message) => LetterName) => {
  const given = new Map<string, number>();
  const count = (name: string): number => {
    const before = given.get(name) ?? 0;
    given.set(name, before + 1);
    return before;
  };
  return (message) => {
    const fingerprint = fingerprintOf(message);
    const base = messageIdOf(message) || `sha256-${fingerprint.slice(0, 32)}`;
    const precise = `${base}~${fingerprint.slice(0, FINGERPRINT_DIGITS)}`;
    const isFirst = count(base) === 0;
    const twins = count(precise);
    const id = isFirst ? base : twins === 0 ? precise : `${precise}~${twins + 1}`;
    // Of twins, alike in every byte and header, one is as good as the other.
    return { id, answersTo: (asked) => asked === id || asked === precise || asked.startsWith(`${precise}~`) };
  };
};
