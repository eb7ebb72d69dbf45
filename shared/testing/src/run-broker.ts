const VARIABLE = 'TIFFIN_TEST_BROKER';

/** The RabbitMQ node that was started for this run of tests: its address, and the environment `rabbitmqctl` needs to reach it. */
export type RunBroker = { readonly url: string; readonly environment: Record<string, string> };

export const runBroker = (): RunBroker | undefined => {
  const text = process.env[VARIABLE];
  return text === undefined ? undefined : JSON.parse(text);
};

/** Tells the test processes, which inherit the environment. */
export const announceRunBroker = (broker: RunBroker | undefined): void => {
  if (broker) process.env[VARIABLE] = JSON.stringify(broker);
  else delete process.env[VARIABLE];
};
