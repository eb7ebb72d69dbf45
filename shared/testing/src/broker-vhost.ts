import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import amqplib, { type ConfirmChannel, type Message } from 'amqplib';
import { RABBITMQCTL } from './private-broker.ts';
import { runBroker } from './run-broker.ts';

const run = promisify(execFile);
const MACHINE_BROKER_URL = 'amqp://guest:guest@127.0.0.1:5672';
// A node short of file handles (328 quorum queues fill the usual limit of 1024) never answers an add_vhost.
const CONTROL_TIMEOUT_MS = 30_000;
const rabbitmqctl = (...command: string[]) => {
  const own = runBroker();
  const options = { timeout: CONTROL_TIMEOUT_MS, ...(own ? { env: own.environment } : {}) };
  return run(own ? RABBITMQCTL : 'rabbitmqctl', ['-q', ...command], options);
};

export type BrokerVhost = {
  readonly name: string;
  readonly url: string;
  /** A bare channel, for a test's own hands: what the code under test must not be trusted to tell. */
  open(): Promise<BareChannel>;
  /** Ends every connection to the virtual host, as an operator would. */
  closeConnections(): Promise<void>;
  close(): Promise<void>;
};

export type BareChannel = ConfirmChannel & {
  /** Sends to a queue and waits until it is stored. */
  put(queue: string, body: string | Buffer, options?: Parameters<ConfirmChannel['sendToQueue']>[2]): Promise<void>;
  /** Takes everything a queue holds now. */
  takeAll(queue: string): Promise<Message[]>;
};

/**
 * A virtual host of its own, so that a test file meets nobody else's queues; `close` deletes it with all it holds. It is on the node that
 * was started for the run, otherwise on the broker at 127.0.0.1:5672; there `rabbitmqctl` needs root, or the broker's user. Takes about 0.7 s.
 */
export const withVhost = async (name: string): Promise<BrokerVhost> => {
  const vhost = `test-${name}-${randomUUID().slice(0, 8)}`;
  await rabbitmqctl('add_vhost', vhost);
  await rabbitmqctl('set_permissions', '-p', vhost, 'guest', '.*', '.*', '.*');
  const url = `${runBroker()?.url ?? MACHINE_BROKER_URL}/${vhost}`;
  const closers: (() => Promise<void>)[] = [];
  return {
    name: vhost,
    url,
    open: async () => {
      const { channel, end } = await openBareChannel(url);
      closers.push(end);
      return channel;
    },
    closeConnections: async () => {
      await rabbitmqctl('close_all_connections', '--vhost', vhost, 'asked by a test');
    },
    close: async () => {
      await Promise.all(closers.map((end) => end()));
      // A channel that is still open when its virtual host goes is waited for, a whole minute long.
      await rabbitmqctl('close_all_connections', '--vhost', vhost, 'the test is over').catch(() => undefined);
      await rabbitmqctl('delete_vhost', vhost);
    },
  };
};

// A `get` for each would take milliseconds a message.
const takeNext = async (channel: ConfirmChannel, queue: string, count: number): Promise<Message[]> => {
  const taken: Message[] = [];
  if (count === 0) return taken;
  const consumerTag = randomUUID();
  await new Promise<void>((resolve, reject) => {
    const take = (message: Message | null) => {
      if (!message || taken.length === count) return;
      taken.push(message);
      channel.ack(message);
      if (taken.length === count) resolve();
    };
    channel.consume(queue, take, { consumerTag }).catch(reject);
  });
  await channel.cancel(consumerTag);
  return taken;
};

/** A channel on a connection of its own to any broker. */
export const openBareChannel = async (url: string): Promise<{ channel: BareChannel; end(): Promise<void> }> => {
  const connection = await amqplib.connect(url, { noDelay: true });
  connection.on('error', () => undefined);
  const bare = await connection.createConfirmChannel();
  bare.on('error', () => undefined);
  const channel = Object.assign(bare, {
    put: async (queue: string, body: string | Buffer, options?: Parameters<ConfirmChannel['sendToQueue']>[2]) => {
      bare.sendToQueue(queue, Buffer.from(body), { persistent: true, ...options });
      await bare.waitForConfirms();
    },
    takeAll: async (queue: string) => {
      const first = await bare.get(queue, { noAck: true });
      return first ? [first, ...(await takeNext(bare, queue, first.fields.messageCount))] : [];
    },
  });
  return { channel, end: () => connection.close().catch(() => undefined) };
};
