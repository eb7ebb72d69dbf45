// A RabbitMQ for one run of the tests, on the usual port, when none answers there: the way the stack starts its own.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { HOUSE } from './house.mjs';

const PORT = 5_672;
const READY_MS = 60_000;

const built = (file) => import(new URL(`file://${join(HOUSE, 'local/stack/dist', file)}`).href);

/**
 * `{ok, env, stop}` with the environment in which `rabbitmqctl` speaks to this broker; `{ok: false, problem}` when there is no RabbitMQ.
 * Needs the stack to be built.
 */
export const startTestBroker = async ({ scratch, env }) => {
  if (!existsSync(join(HOUSE, 'local/stack/dist/find-program.js'))) {
    return { ok: false, problem: 'nothing answers on 127.0.0.1:5672, and the stack is not built' };
  }
  const { findProgram } = await built('find-program.js');
  const { layOutRabbitmq } = await built('private-rabbitmq.js');
  const { lookAtSystem, missingRabbitmq } = await built('install-rabbitmq.js');
  const program = await findProgram('rabbitmq-server', env.PATH);
  if (program === undefined) return { ok: false, problem: missingRabbitmq(await lookAtSystem(env.PATH)) };

  const ports = { rabbitmq: PORT, rabbitmqDistribution: 25_672, rabbitmqNames: 45_672 };
  const brokerEnv = await layOutRabbitmq(join(scratch, 'rabbitmq'), ports, env);
  const keeper = join(HOUSE, 'local/stack/dist/private-rabbitmq-command.js');
  const child = spawn(process.execPath, [keeper, program], {
    env: brokerEnv,
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  const ready = await new Promise((resolve) => {
    const late = setTimeout(() => resolve(false), READY_MS);
    void ended.then(() => resolve(false)).finally(() => clearTimeout(late));
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{"event":"ready"')) return;
      clearTimeout(late);
      resolve(true);
    });
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  if (!ready) {
    await stop();
    return { ok: false, problem: 'the RabbitMQ of this machine does not start' };
  }
  // rabbitmqctl finds the node by its name and opens it with the cookie in HOME; the unwrapped scripts come first on PATH.
  const { HOME, RABBITMQ_NODENAME, ERL_EPMD_PORT } = brokerEnv;
  const path = `${dirname(program)}${delimiter}${env.PATH ?? ''}`;
  return { ok: true, env: { ...env, HOME, RABBITMQ_NODENAME, ERL_EPMD_PORT, PATH: path }, stop };
};
