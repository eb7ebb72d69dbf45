const VARIABLE = 'TIFFIN_TEST_BROKER';
const STARTING = 'starting';

/** The RabbitMQ node that was started for this run of tests: its address, and the environment `rabbitmqctl` needs to reach it. */
export type RunBroker = { readonly url: string; readonly environment: Record<string, string> };

export const runBroker = (): RunBroker | undefined => {
  const text = process.env[VARIABLE];
  return text === undefined || text === STARTING ? undefined : JSON.parse(text);
};

/**
 * True for the first who asks: he starts the node. The setups of several kinds of tests run at once in one process, and one node serves
 * them all.
 */
export const mayStartRunBroker = (): boolean => {
  if (process.env[VARIABLE] !== undefined) return false;
  process.env[VARIABLE] = STARTING;
  return true;
};

export const isRunBrokerStarting = (): boolean => process.env[VARIABLE] === STARTING;

/** Tells the test processes, which inherit the environment. */
export const announceRunBroker = (broker: RunBroker | undefined): void => {
  if (broker) process.env[VARIABLE] = JSON.stringify(broker);
  else delete process.env[VARIABLE];
};
