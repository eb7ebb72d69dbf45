import amqplib from 'amqplib';
import { nowMs } from '../load/clock.ts';

/** An event as it passed: when it says it happened, and when it reached a queue of ours. */
export type Passed = { readonly timestampMs: number; readonly busMs: number };
export type BusTap = {
  /** By `TYPE orderId`, the first of each. */
  readonly passed: ReadonlyMap<string, Passed>;
  close(): Promise<void>;
};

const EXCHANGE = 'tiffin.events';
const KEYS = ['order.ORDER_READY_FOR_RIDER', 'delivery.DELIVERY_OFFERED'];

/** Listens on the stack's own broker, on a queue that goes with the connection. */
export const tapBus = async (url: string): Promise<BusTap> => {
  const connection = await amqplib.connect(url, { noDelay: true });
  const channel = await connection.createChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true, durable: false });
  for (const key of KEYS) await channel.bindQueue(queue, EXCHANGE, key);
  const passed = new Map<string, Passed>();
  await channel.consume(
    queue,
    (message) => {
      if (!message) return;
      const busMs = nowMs();
      const { type, subject, timestamp }: { type: string; subject: string; timestamp: string } = JSON.parse(
        message.content.toString(),
      );
      const key = `${type} ${subject}`;
      if (!passed.has(key)) passed.set(key, { timestampMs: Date.parse(timestamp), busMs });
    },
    { noAck: true },
  );
  return { passed, close: () => connection.close() };
};
