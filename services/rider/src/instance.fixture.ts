import type { Clock } from '@tiffin/platform/clock';
import type { TestDatabase } from '@tiffin/testing/database';
import { startTcpProxy } from '@tiffin/testing/tcp-proxy';
import type { RiderConfig } from './config.ts';
import { openStores } from './stores.fixture.ts';
import { createUseCases, type RiderUseCases } from './use-cases.ts';

/** What a client hears of an instance that is gone: nothing, whether or not its write has landed. */
export const NO_ANSWER = Symbol('no answer');

export type Instance = {
  ask<Answer>(work: (use: RiderUseCases) => Promise<Answer>): Promise<Answer | typeof NO_ANSWER>;
  idle(): Promise<void>;
  /** Gone in this very moment, in the middle of whatever it was writing. Its connections are torn and it gets no others. */
  kill(): Promise<void>;
  close(): Promise<void>;
};

/** The rider service once more, without doors, on a database it shares: a connection and stores of its own, and nothing in common in memory. */
export const startInstance = async ({
  database,
  config,
  now,
}: {
  database: TestDatabase;
  config: RiderConfig;
  now: Clock;
}): Promise<Instance> => {
  const url = new URL(database.url);
  const proxy = await startTcpProxy(Number(url.port));
  url.port = String(proxy.port);
  const { opened, ...given } = await openStores({ url: url.href, name: database.name }, config, now);
  const tell = () => undefined;
  const receivingSince = () => new Date(0);
  const use = createUseCases({ ...given, config, tell, receivingSince, now });

  let isGone = false;
  let leave: (nothing: typeof NO_ANSWER) => void = () => undefined;
  const gone = new Promise<typeof NO_ANSWER>((resolve) => {
    leave = resolve;
  });
  return {
    ask: async (work) => {
      if (isGone) return NO_ANSWER;
      const answer = work(use);
      answer.catch(() => undefined); // what it fails with after its end nobody hears
      return Promise.race([answer, gone]);
    },
    idle: use.background.idle,
    kill: async () => {
      isGone = true;
      leave(NO_ANSWER);
      await proxy.close();
      await opened.close();
    },
    close: async () => {
      await use.background.idle();
      await opened.close();
      await proxy.close();
    },
  };
};
