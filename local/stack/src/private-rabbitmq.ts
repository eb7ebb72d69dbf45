import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ports } from './ports.ts';

type Environment = NodeJS.ProcessEnv;

/**
 * Not after the port: a broker keeps its queues under its node's name, and a stack moved to other ports must find them. Two stacks never
 * meet, since each has a name daemon of its own.
 */
const NODE_NAME = 'tiffin@localhost';

const CONFIG = (port: number): string => `listeners.tcp.default = 127.0.0.1:${port}
# Development only: guest may come in over loopback, and there is nothing but loopback.
loopback_users.guest = true
disk_free_limit.absolute = 50MB
`;

/**
 * Lays out the folder of a RabbitMQ of our own and gives the environment it runs with: its own ports, data, cookie and name daemon, all
 * on loopback, nothing shared with a broker the system runs (knowledge: `rabbitmq-env.conf` and the cookie would be).
 */
export const layOutRabbitmq = async (
  folder: string,
  ports: Pick<Ports, 'rabbitmq' | 'rabbitmqDistribution' | 'rabbitmqNames'>,
  env: Environment,
): Promise<Environment> => {
  const at = (name: string): string => join(folder, name);
  for (const name of ['data', 'log', 'home']) await mkdir(at(name), { recursive: true, mode: 0o700 });
  await writeFile(at('rabbitmq.conf'), CONFIG(ports.rabbitmq));
  await writeFile(at('enabled_plugins'), '[].\n');
  await writeFile(at('rabbitmq-env.conf'), '');
  return {
    ...env,
    HOME: at('home'),
    ERL_EPMD_PORT: String(ports.rabbitmqNames),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: NODE_NAME,
    RABBITMQ_NODE_PORT: String(ports.rabbitmq),
    RABBITMQ_DIST_PORT: String(ports.rabbitmqDistribution),
    RABBITMQ_MNESIA_BASE: at('data'),
    RABBITMQ_LOG_BASE: at('log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_CONFIG_FILE: at('rabbitmq.conf'),
    RABBITMQ_CONF_ENV_FILE: at('rabbitmq-env.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: at('enabled_plugins'),
    // Erlang's schedulers spin before they sleep, which on a few shared cores takes the time from those who have work
    // (rabbitmq.com/docs/runtime, "CPU Utilisation").
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      '-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none',
  };
};
