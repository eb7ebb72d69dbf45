import { eventually } from './eventually.ts';
import { canStartPrivateBroker, startPrivateBroker } from './private-broker.ts';
import { announceRunBroker, isRunBrokerStarting, mayStartRunBroker } from './run-broker.ts';

/**
 * One RabbitMQ node for the whole run, thrown away with all its virtual hosts at the end: a run neither meets what is on the machine's
 * broker nor leaves anything there. Without RabbitMQ's programs the tests use the broker at 127.0.0.1:5672.
 */
export const setup = async (): Promise<(() => Promise<void>) | undefined> => {
  if (!canStartPrivateBroker()) return undefined;
  if (!mayStartRunBroker()) {
    await eventually('the broker of this run', () => !isRunBrokerStarting(), { withinMs: 60_000 });
    return undefined;
  }
  try {
    const broker = await startPrivateBroker();
    announceRunBroker({ url: `amqp://guest:guest@127.0.0.1:${broker.port}`, environment: { ...broker.environment } });
    return async () => {
      announceRunBroker(undefined);
      await broker.close();
    };
  } catch (error) {
    announceRunBroker(undefined);
    throw error;
  }
};
