import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { withVhost } from '@tiffin/testing/broker-vhost';
import { startPrivateBroker } from '@tiffin/testing/private-broker';

const run = promisify(execFile);

export type BenchBroker = {
  /** Where it came from, for the notes. */
  readonly what: string;
  /** The address of a new virtual host; it goes with the broker. */
  vhost(name: string): Promise<string>;
  close(): Promise<void>;
};

const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';

const privateBroker = async (): Promise<BenchBroker> => {
  const broker = await startPrivateBroker();
  return {
    what: 'a RabbitMQ of the benchmark alone',
    vhost: async (name) => {
      await broker.control('add_vhost', name);
      await broker.control('set_permissions', '-p', name, 'guest', '.*', '.*', '.*');
      return broker.url.replace(/\/[^/]*$/, `/${name}`);
    },
    close: broker.close,
  };
};

const runningBroker = async (): Promise<BenchBroker> => {
  const closers: (() => Promise<void>)[] = [];
  await run('rabbitmqctl', ['-q', 'ping']);
  return {
    what: 'the RabbitMQ that was running here, shared with whoever else uses it',
    vhost: async (name) => {
      const { url, close } = await withVhost(name);
      closers.push(close);
      return url;
    },
    close: async () => {
      await Promise.all(closers.map((close) => close()));
    },
  };
};

/** A broker nobody else uses, where RabbitMQ is installed as Debian does it; otherwise a place on the one that runs. */
const openBenchBroker = (): Promise<BenchBroker> => (existsSync(SERVER) ? privateBroker() : runningBroker());

/** One broker for all measurements of a run, opened by the first that needs it. */
export const createSharedBroker = () => {
  let opening: Promise<BenchBroker> | undefined;
  return {
    open: (): Promise<BenchBroker> => {
      opening ??= openBenchBroker();
      return opening;
    },
    close: async (): Promise<void> => {
      await (await opening?.catch(() => undefined))?.close();
      opening = undefined;
    },
  };
};
export type SharedBroker = ReturnType<typeof createSharedBroker>;
