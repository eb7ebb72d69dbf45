import { spawn } from 'node:child_process';
import { type ServiceName, serviceName } from '@tiffin/contracts/claims';
import { SECOND } from '@tiffin/platform/clock';
import { builtFile, pageOn, sharedEnvironment, urlsOn } from './children.ts';
import { type VariableProblem, wrongVariables } from './configuration-problems.ts';
import { makeIdentity, secretsInForce } from './identity.ts';
import { portsFrom } from './ports.ts';
import type { StackFacts } from './stack-file.ts';

/** sysexits.h EX_CONFIG */
const EXIT_CONFIG = 78;
const ANSWER_MS = 60 * SECOND;
/** No service can start on it: each reads its whole configuration, lists what is wrong, and ends before it has opened anything. */
const NO_PORT = 'none';

const askService = (name: ServiceName, env: NodeJS.ProcessEnv): Promise<string | undefined> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [builtFile(`services/${name}/dist/main.js`)], {
      env: { ...env, PORT: NO_PORT },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: ANSWER_MS,
      killSignal: 'SIGKILL',
    });
    let words = '';
    child.stderr.on('data', (chunk: Buffer) => {
      words += chunk.toString('utf8');
    });
    child.once('error', () => resolve(undefined));
    child.once('close', (code) => resolve(code === EXIT_CONFIG ? words : undefined));
  });

export type CheckedConfiguration = {
  readonly wrong: readonly VariableProblem[];
  /** Those that could not be asked: not built, or too slow. */
  readonly silent: readonly ServiceName[];
};

/** What the services would refuse of exactly this environment, asked of themselves. Nothing is started, nothing connected. */
export const askServices = async (env: NodeJS.ProcessEnv): Promise<CheckedConfiguration> => {
  const asked = await Promise.all(
    serviceName.options.map(async (child) => ({ child, words: await askService(child, env) })),
  );
  const refusals = asked.flatMap(({ child, words }) => (words === undefined ? [] : [{ child, words }]));
  return {
    wrong: wrongVariables(refusals).filter(({ name }) => name !== 'PORT'),
    silent: asked.filter(({ words }) => words === undefined).map(({ child }) => child),
  };
};

/** The same of the environment a start would hand to them. */
export const checkConfiguration = async (env: NodeJS.ProcessEnv, portBase: number): Promise<CheckedConfiguration> => {
  const { toGive } = await secretsInForce(makeIdentity(), env);
  const ports = portsFrom(portBase);
  const facts: StackFacts = {
    urls: urlsOn(ports, undefined),
    infrastructure: {
      mongodb: { url: 'mongodb://127.0.0.1', from: 'running' },
      rabbitmq: { url: 'amqp://127.0.0.1', from: 'running' },
      redis: null,
    },
  };
  return askServices(sharedEnvironment(env, { ...facts, page: pageOn(ports, { fake: true }) }, toGive));
};
