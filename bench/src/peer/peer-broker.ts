import amqplib, { type Channel } from 'amqplib';

/** The one channel each course service keeps: no confirms, no prefetch, no way back after a loss. */
export const openPeerChannel = async (url: string): Promise<Channel> => {
  const connection = await amqplib.connect(url);
  return connection.createChannel();
};

/** A durable classic queue and persistent messages, sent without waiting for anything. */
export const publishToPeerQueue = (channel: Channel, queue: string, type: string, data: object): void => {
  channel.sendToQueue(queue, Buffer.from(JSON.stringify({ type, data })), { persistent: true });
};

/** Takes messages as fast as they come; whatever fails is logged and stays unacknowledged. */
export const consumePeerQueue = async (
  channel: Channel,
  queue: string,
  handle: (data: unknown) => Promise<void>,
): Promise<void> => {
  await channel.assertQueue(queue, { durable: true });
  await channel.consume(queue, (message) => {
    if (!message) return;
    const { data } = JSON.parse(message.content.toString()) as { data: unknown };
    handle(data).then(
      () => channel.ack(message),
      (error: unknown) => console.error(`stand-in, ${queue}: ${error}`),
    );
  });
};
