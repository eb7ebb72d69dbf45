import type { Channel } from 'amqplib';
import { inTime } from './in-time.ts';
import { BrokerAwayError } from './publish-errors.ts';
import { deadQueue, retryQueue } from './topology.ts';

/** What waits in a durable queue, on each step of its ladder, and among its dead letters. */
export type QueueDepth = {
  readonly queue: string;
  /** Neither delivered nor settled. */
  readonly ready: number;
  readonly consumers: number;
  readonly retry: readonly { readonly delayMs: number; readonly messages: number }[];
  readonly dead: number;
};

export type QueueDepths = {
  /** At most a second old. Queues that are missing are left out. Rejects with BrokerAwayError. */
  read(): Promise<readonly QueueDepth[]>;
};

const FRESH_MS = 1_000;
const PATIENCE_MS = 3_000;

/** Asks by passive declarations: about 10 ms for eight queues with their ladders. */
export const createQueueDepths = ({
  queues,
  stepsMs,
  held,
  linked,
  openChannel,
}: {
  queues: readonly string[];
  stepsMs: readonly number[];
  /** Dead letters somebody of ours looks at this moment. */
  held(queue: string): number;
  /** What was read over a link that is gone is not told any more. */
  linked(): boolean;
  openChannel(): Promise<Channel>;
}): QueueDepths => {
  const depthOf = async (channel: Channel, queue: string): Promise<QueueDepth> => {
    const { messageCount: ready, consumerCount: consumers } = await channel.checkQueue(queue);
    const retry: { delayMs: number; messages: number }[] = [];
    for (const delayMs of stepsMs) {
      const { messageCount: messages } = await channel.checkQueue(retryQueue(queue, delayMs));
      retry.push({ delayMs, messages });
    }
    const { messageCount: buried } = await channel.checkQueue(deadQueue(queue));
    return { queue, ready, consumers, retry, dead: buried + held(queue) };
  };

  /** The broker closes a channel that asks for a queue which is not there: the next queue is asked for on another one. */
  const readAll = async (): Promise<readonly QueueDepth[]> => {
    const depths: QueueDepth[] = [];
    let channel: Channel | undefined;
    for (const queue of queues) {
      try {
        channel ??= await openChannel();
        depths.push(await depthOf(channel, queue));
      } catch (error) {
        channel = undefined;
        if (!isMissing(error)) throw error;
      }
    }
    await channel?.close();
    return depths;
  };

  const readInTime = async (): Promise<readonly QueueDepth[]> => {
    try {
      return await inTime('the depths of the queues', readAll(), PATIENCE_MS);
    } catch (error) {
      if (error instanceof BrokerAwayError) throw error;
      throw new BrokerAwayError('the depths of the queues cannot be read', { cause: error });
    }
  };

  let last: { at: number; depths: Promise<readonly QueueDepth[]> } | undefined;
  return {
    read: () => {
      if (!last || !linked() || performance.now() - last.at > FRESH_MS) {
        const reading = { at: performance.now(), depths: readInTime() };
        last = reading;
        // Whoever asks after a failure asks the broker.
        reading.depths.catch(() => {
          if (last === reading) last = undefined;
        });
      }
      return last.depths;
    },
  };
};

const NOT_FOUND = 404;
const isMissing = (error: unknown) => error instanceof Error && 'code' in error && error.code === NOT_FOUND;
