import type { Channel } from 'amqplib';
import { inTime } from './in-time.ts';

const PATIENCE_MS = 2_000;

/**
 * Asks the broker to push no more, for at most 2 s: what still comes is handed back when the channel closes. Never rejects, also when the
 * link goes in this moment or the broker says nothing.
 */
export const cancelQuietly = async (channel: Channel, consumerTag: string): Promise<void> => {
  try {
    await inTime('cancel', channel.cancel(consumerTag), PATIENCE_MS);
  } catch {
    // Nobody is told: whether it was heard makes no difference to what is held.
  }
};
