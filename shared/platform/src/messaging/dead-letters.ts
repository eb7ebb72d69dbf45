import { setTimeout as sleep } from 'node:timers/promises';
import type { Channel, Message, Options } from 'amqplib';
import { createLanes } from '../lanes.ts';
import type { ConfirmedSender } from './confirmed-sender.ts';
import { type DeadLetter, readDeadLetter } from './dead-letter.ts';
import { type HeldLetters, holdLetters } from './held-letters.ts';
import { createLetterNames, type LetterName } from './letter-names.ts';
import { propertiesOfCopy } from './message-headers.ts';
import { BrokerAwayError } from './publish-errors.ts';
import { deadQueue } from './topology.ts';

/** What a person puts in the place of a body that could not be handled: JSON. */
export type Correction = {
  readonly body: Buffer;
  readonly type: string;
  /** The letter's own when left out. */
  readonly messageId?: string | undefined;
  readonly correlationId?: string | undefined;
};

/** What shall become of a letter: out for good, or back to the queue it died in. */
export type LetterOrder = {
  readonly id: string;
  readonly kind: 'discard' | 'retry';
  readonly correction?: Correction | undefined;
};

/** What became of an order. With an error the letter lies where it lay. */
export type LetterResult = { readonly id: string; readonly error?: string };

/**
 * The dead letters of every durable queue, where they lie. Reading leaves each in its place; settling one leaves the others in theirs. One
 * at a time works on a queue in this process; letters that another process holds at the moment are not seen. A process that dies
 * in the middle loses none: what it held goes back, at worst in another order.
 */
export type DeadLetters = {
  /** The queues that have letters, by their own names. */
  readonly queues: readonly string[];
  /** The first thousand (or 64 MB) in order, and how many lie behind them. Rejects with BrokerAwayError. */
  read(queue: string): Promise<{ letters: readonly DeadLetter[]; unread: number }>;
  /**
   * Carries out orders, in the order of the queue, at most `perSecond`. A retried letter is stored in its queue before it is taken out of
   * here: it may run twice, and is never lost. Its marks of failure and its count of attempts are taken off. Answers each order;
   * rejects with BrokerAwayError when nothing could be done at all.
   */
  settle(
    queue: string,
    orders: readonly LetterOrder[],
    pace?: { perSecond?: number | undefined },
  ): Promise<readonly LetterResult[]>;
  /** How many letters of a queue are in hand this moment, and so in no count of the broker. */
  held(queue: string): number;
};

const MOST_LETTERS = 1_000;
const AT_ONCE = 16;
const DEFAULT_EXCHANGE = '';
const AWAY = 'the broker went away; the letter stays';
const GONE = 'there is no such letter';

const textOf = (error: unknown): string => (error instanceof Error ? error.message : 'it could not be stored');

const propertiesOfRetry = (message: Message, correction: Correction | undefined): Options.Publish => {
  const properties = propertiesOfCopy(message, {});
  if (!correction) return properties;
  const { messageId = properties.messageId, correlationId = properties.correlationId, type } = correction;
  const { contentEncoding: _ofTheOldBody, ...rest } = properties;
  return {
    ...rest,
    type,
    contentType: 'application/json',
    ...(messageId !== undefined && { messageId }),
    ...(correlationId !== undefined && { correlationId }),
  };
};

type Carried = LetterResult & { readonly away?: boolean };
type Letter = { readonly message: Message; readonly name: LetterName };

export const createDeadLetters = ({
  queues,
  sender,
  openChannel,
}: {
  queues: readonly string[];
  sender: Pick<ConfirmedSender, 'send'>;
  /** A channel for a moment. Rejects while there is no link. */
  openChannel(): Promise<Channel>;
}): DeadLetters => {
  const oneAtATime = createLanes();
  const inHand = new Map<string, number>();

  const hold = async (queue: string): Promise<HeldLetters> => {
    try {
      return await holdLetters(await openChannel(), deadQueue(queue), MOST_LETTERS);
    } catch (error) {
      if (error instanceof BrokerAwayError) throw error;
      throw new BrokerAwayError(`the dead letters of '${queue}' cannot be read: ${textOf(error)}`, { cause: error });
    }
  };

  const withLetters = <Result>(
    queue: string,
    work: (letters: readonly Letter[], held: HeldLetters) => Promise<Result>,
  ): Promise<Result> =>
    oneAtATime(queue, async () => {
      const held = await hold(queue);
      inHand.set(queue, held.letters.length);
      try {
        const nameOf = createLetterNames();
        return await work(
          held.letters.map((message) => ({ message, name: nameOf(message) })),
          held,
        );
      } finally {
        await held.giveBack();
        inHand.delete(queue);
      }
    });

  const retry = async (queue: string, message: Message, { correction }: LetterOrder): Promise<void> => {
    const body = correction?.body ?? message.content;
    await sender.send(DEFAULT_EXCHANGE, queue, body, propertiesOfRetry(message, correction));
  };

  const carryOut = async (queue: string, held: HeldLetters, message: Message, order: LetterOrder): Promise<Carried> => {
    try {
      if (order.kind === 'retry') await retry(queue, message, order);
    } catch (error) {
      return { id: order.id, error: error instanceof BrokerAwayError ? AWAY : textOf(error), away: isAway(error) };
    }
    try {
      held.remove(message);
    } catch {
      // Sent already, so it is a retried letter, though it may come back and run twice.
      if (order.kind === 'discard') return { id: order.id, error: AWAY, away: true };
    }
    return { id: order.id };
  };

  const isAway = (error: unknown) => error instanceof BrokerAwayError;

  /** The letters that are meant, with their orders, each order once. */
  const matching = (letters: readonly Letter[], orders: readonly LetterOrder[], most: number) => {
    const open = new Map(orders.map((order) => [order.id, order]));
    const meant: { message: Message; order: LetterOrder }[] = [];
    for (const { message, name } of letters) {
      if (meant.length === most || open.size === 0) break;
      // By its name of today, which is quick, or by one it had.
      const order = open.get(name.id) ?? [...open.values()].find(({ id }) => name.answersTo(id));
      if (!order) continue;
      open.delete(order.id);
      meant.push({ message, order });
    }
    return meant;
  };

  const settleAtOnce = (queue: string, orders: readonly LetterOrder[]) =>
    withLetters(queue, async (letters, held) => {
      const meant = matching(letters, orders, MOST_LETTERS);
      const results: Carried[] = [];
      // A few together, which leave in their order: as many may run twice when we die between their confirms and their acks.
      for (let from = 0; from < meant.length; from += AT_ONCE) {
        const part = meant.slice(from, from + AT_ONCE);
        results.push(...(await Promise.all(part.map(({ message, order }) => carryOut(queue, held, message, order)))));
      }
      return results;
    });

  /** A second's worth at a time, so that others can look at the queue in between. */
  const settlePaced = async (queue: string, orders: readonly LetterOrder[], perSecond: number) => {
    const gapMs = 1_000 / perSecond;
    const results = new Map<string, Carried>();
    let nextAt = performance.now();
    for (;;) {
      const open = orders.filter(({ id }) => !results.has(id));
      await sleep(Math.max(0, nextAt - performance.now()));
      const done = await withLetters(queue, async (letters, held) => {
        const part: Carried[] = [];
        for (const { message, order } of matching(letters, open, Math.max(1, Math.floor(perSecond)))) {
          await sleep(Math.max(0, nextAt - performance.now()));
          nextAt = performance.now() + gapMs;
          part.push(await carryOut(queue, held, message, order));
        }
        return part;
      }).catch((error) => {
        if (results.size === 0) throw error;
        return open.map(({ id }): Carried => ({ id, error: AWAY, away: true }));
      });
      for (const result of done) results.set(result.id, result);
      if (done.length === 0 || results.size === orders.length) return [...results.values()];
    }
  };

  return {
    queues,
    read: (queue) =>
      withLetters(queue, async (letters, { unread }) => ({
        letters: letters.map(({ message, name }) => readDeadLetter(message, queue, name.id)),
        unread,
      })),
    settle: async (queue, orders, { perSecond } = {}) => {
      const results =
        perSecond === undefined ? await settleAtOnce(queue, orders) : await settlePaced(queue, orders, perSecond);
      if (results.length > 0 && results.every((result) => result.away)) throw new BrokerAwayError(AWAY);
      const known = new Map(results.map(({ id, error }) => [id, error === undefined ? { id } : { id, error }]));
      return orders.map(({ id }) => known.get(id) ?? { id, error: GONE });
    },
    held: (queue) => inHand.get(queue) ?? 0,
  };
};
