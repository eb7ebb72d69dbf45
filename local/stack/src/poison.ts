import { durableQueues, typesBoundBy } from '@tiffin/contracts/queues';
import * as z from 'zod';
import { withConnection } from './broker-connection.ts';

/** The durable queues of a stack with this environment, the one of payments first. */
const queuesOf = (env: NodeJS.ProcessEnv) => {
  const paymentQueue = env.PAYMENT_QUEUE?.trim() || undefined;
  const orderReadyQueue = env.ORDER_READY_QUEUE?.trim() || undefined;
  return durableQueues({
    ...(paymentQueue ? { paymentQueue } : {}),
    ...(orderReadyQueue ? { orderReadyQueue } : {}),
  });
};

/** Which queue is poisoned; that of payments unless said otherwise. */
export const poisonBody = (env: NodeJS.ProcessEnv) => {
  const names = queuesOf(env).map(({ name }) => name);
  return z.strictObject({ queue: z.enum(names).default(names[0] ?? '') });
};

/** Two messages no reader of that queue can take: one is not JSON, the other has a number where an order's id should be. */
const poisonFor = (env: NodeJS.ProcessEnv, queue: string): readonly string[] => {
  const bindings = queuesOf(env).find(({ name }) => name === queue)?.bindings ?? [];
  const [type] = typesBoundBy(bindings);
  const timestamp = new Date().toISOString();
  return [`poison of ${timestamp}: this is not JSON`, JSON.stringify({ type, timestamp, data: { orderId: 42 } })];
};

/** Sends poison straight to a queue, and resolves when the broker has it. Throws when it is away or the queue is not there. */
export const sendPoison = (url: string, env: NodeJS.ProcessEnv, queue: string): Promise<number> =>
  withConnection(url, async (model) => {
    const channel = await model.createConfirmChannel();
    // The request that the broker refuses says why.
    channel.on('error', () => undefined);
    await channel.checkQueue(queue);
    const bodies = poisonFor(env, queue);
    for (const body of bodies) {
      channel.sendToQueue(queue, Buffer.from(body), { persistent: true, contentType: 'application/json' });
    }
    await channel.waitForConfirms();
    return bodies.length;
  });
