import { setTimeout as sleep } from 'node:timers/promises';
import type { Channel, Message } from 'amqplib';
import { cancelQuietly } from './cancel.ts';
import { inTime } from './in-time.ts';

/** The letters of one queue, taken in hand: nobody else sees them until `giveBack`, or until the channel is lost. */
export type HeldLetters = {
  /** In the order of the queue. */
  readonly letters: readonly Message[];
  /** How many lie behind them. */
  readonly unread: number;
  /** Takes one out for good. Throws when the channel is lost, and with it the hold. */
  remove(letter: Message): void;
  /** Puts the others back where they were, in their order, once the removals are in effect, and closes the channel. Never rejects. */
  giveBack(): Promise<void>;
};

const MOST_BYTES = 64 * 1_048_576;
// Letters come within milliseconds; what another reader holds does not come at all.
const SILENCE_MS = 1_000;
const RETURN_PATIENCE_MS = 1_000;
const CLOSE_MS = 2_000;
/**
 * A quorum queue keeps the order of what one command returns up to 32 messages: beyond that an Erlang map has none. Its client merges
 * commands once 32 wait (measured on RabbitMQ 3.10: a thousand letters given back by closing the channel came in any order).
 */
const KEEPS_ORDER = 32;
const COMMANDS_AT_ONCE = 16;
const NO_BODY = Buffer.alloc(0);

/** Everything `queue` holds now, at most `most` messages or 64 MB: pushed, for a `get` each would be fifty times slower. */
const take = async (channel: Channel, queue: string, most: number) => {
  const held: Message[] = [];
  // The count of a `get` is exact; that of a declaration runs behind what has just been given back.
  const first = await inTime(`get from ${queue}`, channel.get(queue));
  if (!first) return { held, total: 0 };
  held.push(first);
  const total = 1 + first.fields.messageCount;
  const wanted = Math.min(total, most);
  if (wanted === 1) return { held, total };

  let bytes = first.content.length;
  let quiet: NodeJS.Timeout | undefined;
  const consumerTag = `letters.${queue}`;
  // No more than wanted, for nothing is settled meanwhile.
  await inTime('prefetch', channel.prefetch(wanted - 1));
  try {
    await new Promise<void>((resolve, reject) => {
      const wait = () => {
        clearTimeout(quiet);
        quiet = setTimeout(resolve, SILENCE_MS);
      };
      const receive = (message: Message | null) => {
        if (!message) return resolve();
        bytes += message.content.length;
        // Still in hand, so that it goes back in its place, but no longer kept in memory.
        held.push(bytes > MOST_BYTES ? { ...message, content: NO_BODY } : message);
        if (bytes > MOST_BYTES || held.length === wanted) resolve();
        else wait();
      };
      channel.once('close', () => reject(new Error(`the channel closed while the letters of ${queue} were read`)));
      wait();
      inTime(`consume ${queue}`, channel.consume(queue, receive, { consumerTag })).catch(reject);
    });
  } finally {
    clearTimeout(quiet);
  }
  await cancelQuietly(channel, consumerTag);
  return { held, total };
};

/** Takes the letters of `queue` in hand, on a channel that is used for nothing else. Rejects, holding nothing, when that fails. */
export const holdLetters = async (channel: Channel, queue: string, most: number): Promise<HeldLetters> => {
  const close = async () => {
    await inTime('close the channel', channel.close(), CLOSE_MS).catch(() => undefined);
  };
  const { held, total } = await take(channel, queue, most).catch(async (error) => {
    await close();
    throw error;
  });
  const letters = held.filter((message, index) => index === 0 || message.content !== NO_BODY);
  const kept = new Set(held);

  const behind = total - held.length;
  let fromBehind = 0;

  /** Until the queue shows `returned` letters again: then the next reader finds them, and no command is merged with the next one. */
  const shown = async (returned: number, deadline: number) => {
    while (performance.now() < deadline) {
      const { messageCount } = await inTime(`look at ${queue}`, channel.checkQueue(queue), CLOSE_MS);
      if (messageCount >= behind - fromBehind + returned) return;
      await sleep(1);
    }
  };
  /**
   * Acks beyond the first 32 wait inside the broker until those are applied, and a channel that closes then forgets them: the letters would
   * come back. A `get` is a command of the queue like them, answered in turn: after the first the waiting ones are sent, after the
   * second they are applied.
   */
  const removalsApplied = async () => {
    for (let turn = 1; turn <= 2; turn += 1) {
      const message = await inTime(`get from ${queue}`, channel.get(queue));
      if (!message) continue;
      // One from behind; it goes back after the others.
      kept.add({ ...message, content: NO_BODY });
      fromBehind += 1;
    }
  };
  const returnRest = async () => {
    if (kept.size < held.length) await removalsApplied();
    const rest = [...kept];
    const deadline = performance.now() + RETURN_PATIENCE_MS;
    for (let from = 0, command = 1; from < rest.length; from += KEEPS_ORDER, command += 1) {
      const part = rest.slice(from, from + KEEPS_ORDER);
      const last = part.at(-1);
      if (last) channel.nack(last, true, true);
      const returned = from + part.length;
      if (command % COMMANDS_AT_ONCE === 0 || returned === rest.length) await shown(returned, deadline);
    }
  };

  return {
    letters,
    unread: Math.max(0, total - letters.length),
    remove: (letter) => {
      channel.ack(letter);
      kept.delete(letter);
    },
    giveBack: async () => {
      // What cannot be given back goes back by itself when the channel ends.
      await returnRest().catch(() => undefined);
      await close();
    },
  };
};
