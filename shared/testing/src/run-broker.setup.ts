import { startPrivateBroker } from './private-broker.ts';
import { announceRunBroker, runBroker } from './run-broker.ts';

/**
 * One RabbitMQ node for the whole run, thrown away with all its virtual hosts at the end: a run neither meets what is on the machine's
 * broker nor leaves anything there.
 */
export const setup = async (): Promise<(() => Promise<void>) | undefined> => {
  if (runBroker()) return undefined;
  const broker = await startPrivateBroker();
  announceRunBroker({ url: `amqp://guest:guest@127.0.0.1:${broker.port}`, environment: { ...broker.environment } });
  return async () => {
    announceRunBroker(undefined);
    await broker.close();
  };
};
