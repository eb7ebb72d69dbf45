import * as z from 'zod';
import { withConnection } from './broker-connection.ts';

/** The oldest RabbitMQ with quorum queues that dead-letter at least once. */
const OLDEST_RABBITMQ = [3, 10] as const;

export type BrokerAnswer =
  | { kind: 'up'; version: string }
  | { kind: 'too-old'; version: string }
  | { kind: 'login-refused' }
  | { kind: 'no-vhost' }
  | { kind: 'away'; reason: string };

const serverProperties = z.object({ version: z.string().default('unknown') });

const isTooOld = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST_RABBITMQ[0] || (major === OLDEST_RABBITMQ[0] && minor < OLDEST_RABBITMQ[1]);
};

/** What a broker says to this address, login and vhost. Never throws. */
export const askBroker = async (url: string): Promise<BrokerAnswer> => {
  try {
    return await withConnection(url, async ({ connection }) => {
      const { version } = serverProperties.parse(connection.serverProperties);
      return isTooOld(version) ? { kind: 'too-old', version } : { kind: 'up', version };
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : 'unknown error';
    // AMQP 0-9-1 reply codes: 403 access-refused answers the login, 530 not-allowed the opening of the vhost. amqplib keeps the latter to
    // itself and says only that the connection was closed instead of opened.
    if (/ACCESS[_-]REFUSED/i.test(reason)) return { kind: 'login-refused' };
    if (/NOT[_-]ALLOWED|ConnectionOpenOk; got <ConnectionClose/i.test(reason)) return { kind: 'no-vhost' };
    return { kind: 'away', reason };
  }
};

/**
 * How many messages the named queues hold. Asked over AMQP, because the listings of the management tools lag a quorum queue by up
 * to five seconds, and an undelivered message must not be taken for none.
 */
export const countMessages = (url: string, queues: readonly string[]): Promise<number> =>
  withConnection(url, async (model) => {
    const channel = await model.createChannel();
    channel.on('error', () => undefined);
    let messages = 0;
    for (const queue of queues) messages += (await channel.checkQueue(queue)).messageCount;
    return messages;
  });
