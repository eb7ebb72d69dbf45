import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { findProgram } from './find-program.ts';
import { runProgram } from './run-program.ts';

/** A way to make and remove vhosts. Each call throws, with one line, when the broker does not allow it. */
export type VhostAdmin = {
  readonly name: 'the management API' | 'rabbitmqctl';
  add(vhost: string): Promise<void>;
  queues(vhost: string): Promise<string[]>;
  remove(vhost: string): Promise<void>;
  /** Takes our permission on a vhost away and closes every connection to it. */
  shutOut(vhost: string): Promise<void>;
  /** Gives us our permission back. */
  letIn(vhost: string): Promise<void>;
};

const ANSWER_MS = 3_000;
const CTL_MS = 15_000;
const MANAGEMENT_PORT = 15_672;
const EVERYTHING = { configure: '.*', write: '.*', read: '.*' };

const OUTAGE = 'taken away for a while, on purpose';
/** The management plugin lists a new connection with its next statistics, five seconds later at most. */
const LISTED_AFTER_MS = 6_000;
const LOOK_AGAIN_MS = 500;

const names = z.array(z.object({ name: z.string() }));

/** The management plugin of the broker, at its usual port, with the login of the AMQP address. */
export const managementApi = (brokerUrl: string): VhostAdmin => {
  const { hostname, username, password } = new URL(brokerUrl);
  const user = decodeURIComponent(username || 'guest');
  const login = Buffer.from(`${user}:${decodeURIComponent(password || 'guest')}`).toString('base64');
  const ask = async (method: string, path: string, body?: object): Promise<Response> => {
    const response = await fetch(`http://${hostname}:${MANAGEMENT_PORT}/api/${path}`, {
      method,
      headers: { authorization: `Basic ${login}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(ANSWER_MS),
      ...(body ? { body: JSON.stringify(body) } : {}),
    }).catch(() => {
      throw new Error(`the management API does not answer on port ${MANAGEMENT_PORT}`);
    });
    if (!response.ok) throw new Error(`the management API answered ${response.status} to ${method} ${path}`);
    return response;
  };
  const permissionsOn = (vhost: string): string =>
    `permissions/${encodeURIComponent(vhost)}/${encodeURIComponent(user)}`;
  const shut = new Set<string>();
  const letIn = async (vhost: string): Promise<void> => {
    shut.delete(vhost);
    await ask('PUT', permissionsOn(vhost), EVERYTHING);
  };
  const closeConnections = async (vhost: string): Promise<void> => {
    const response = await ask('GET', `vhosts/${encodeURIComponent(vhost)}/connections?columns=name`);
    for (const { name } of names.parse(await response.json())) {
      // One that is gone meanwhile is answered with 404.
      await ask('DELETE', `connections/${encodeURIComponent(name)}`).catch(() => undefined);
    }
  };
  /** Opened before the vhost was shut, and listed only after it. */
  const closeLateComers = async (vhost: string): Promise<void> => {
    const until = performance.now() + LISTED_AFTER_MS;
    while (performance.now() < until) {
      await sleep(LOOK_AGAIN_MS, undefined, { ref: false });
      if (!shut.has(vhost)) return;
      await closeConnections(vhost).catch(() => undefined);
    }
  };
  return {
    name: 'the management API',
    add: async (vhost) => {
      await ask('PUT', `vhosts/${encodeURIComponent(vhost)}`, {});
      await letIn(vhost);
    },
    letIn,
    shutOut: async (vhost) => {
      await ask('DELETE', permissionsOn(vhost));
      shut.add(vhost);
      await closeConnections(vhost);
      void closeLateComers(vhost);
    },
    queues: async (vhost) => {
      const response = await ask('GET', `queues/${encodeURIComponent(vhost)}?columns=name`);
      return names.parse(await response.json()).map(({ name }) => name);
    },
    remove: async (vhost) => {
      await ask('DELETE', `vhosts/${encodeURIComponent(vhost)}`);
    },
  };
};

/** `rabbitmqctl`, which the broker's own user and root may use. `path` is where to look for it. */
export const rabbitmqctl = (brokerUrl: string, path: string | undefined): VhostAdmin => {
  const user = decodeURIComponent(new URL(brokerUrl).username || 'guest');
  const ctl = async (...args: string[]): Promise<string> => {
    // Debian's wrapper on PATH switches to the broker's user, whose cookie opens the door; the unwrapped script would not.
    const file = (await findProgram('rabbitmqctl', path, { wrapped: true })) ?? 'rabbitmqctl';
    const result = await runProgram(file, ['-q', ...args], { deadlineMs: CTL_MS });
    if (result.kind === 'failed') throw new Error(`rabbitmqctl says: ${result.reason}`);
    return result.output;
  };
  const letIn = async (vhost: string): Promise<void> => {
    await ctl('set_permissions', '-p', vhost, user, '.*', '.*', '.*');
  };
  return {
    name: 'rabbitmqctl',
    letIn,
    shutOut: async (vhost) => {
      await ctl('clear_permissions', '-p', vhost, user);
      await ctl('close_all_connections', '-p', vhost, OUTAGE);
    },
    add: async (vhost) => {
      const isNew = await ctl('add_vhost', vhost).then(
        () => true,
        (error: unknown) => {
          if (error instanceof Error && /already_exists|already exists/.test(error.message)) return false;
          throw error;
        },
      );
      try {
        await letIn(vhost);
      } catch (error) {
        // Half made it is of no use, and nobody would come back for it.
        if (isNew) await ctl('delete_vhost', vhost).catch(() => undefined);
        throw error;
      }
    },
    queues: async (vhost) => {
      const output = await ctl('list_queues', '-p', vhost, '--no-table-headers', 'name');
      return output
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '');
    },
    remove: async (vhost) => {
      await ctl('delete_vhost', vhost);
    },
  };
};
