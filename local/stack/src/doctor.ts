import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CheckedConfiguration } from './check-configuration.ts';
import { checkGivenMongodb, checkGivenRabbitmq, type GivenProblem, isAddress } from './check-given.ts';
import { builtFile } from './children.ts';
import { variableLines } from './configuration-problems.ts';
import { heldAdvice, readLockHolder } from './data-folder.ts';
import { type FoundInfrastructure, findInfrastructure } from './find-infrastructure.ts';
import { folderProblem, otherFolderCommand } from './folder-problem.ts';
import { installerFor, lookAtSystem, missingRabbitmq } from './install-rabbitmq.ts';
import { checkPorts, heldPorts, neededPorts, portsAdvice } from './needed-ports.ts';
import { portsFrom } from './ports.ts';

/** One thing the stack needs: whether it is there, and what to do when it is not. */
export type Finding = {
  readonly what: string;
  readonly state: 'found' | 'missing' | 'wrong version' | 'optional, absent' | 'in use' | 'wrong';
  readonly detail: string;
  /** Given when the stack cannot start without it. */
  readonly fix?: string;
};

const found = (what: string, detail: string): Finding => ({ what, state: 'found', detail });

const lookAtGiven = async (
  what: string,
  {
    variable,
    url,
    check,
  }: {
    variable: 'MONGODB_URL' | 'RABBITMQ_URL';
    url: string;
    check(url: string): Promise<GivenProblem | undefined>;
  },
): Promise<Finding> => {
  const fix = `correct ${variable}, or unset it and one is looked for`;
  if (!isAddress(variable, url)) return { what, state: 'wrong', detail: `${variable} is no address of one`, fix };
  const problem = await check(url);
  if (problem === undefined) return found(what, `the one ${variable} names`);
  const state = problem.wrongVersion ? 'wrong version' : 'missing';
  return { what, state, detail: `${variable} ${problem.problem}`, fix };
};

const lookAtMongodb = async ({ mongodb }: FoundInfrastructure): Promise<Finding> => {
  const notes = mongodb.notes.map((note) => ` ${note}`).join('');
  switch (mongodb.from) {
    case 'env':
      return lookAtGiven('MongoDB', { variable: 'MONGODB_URL', url: mongodb.url, check: checkGivenMongodb });
    case 'running':
      return found('MongoDB', `runs at ${mongodb.url}.${notes}`);
    case 'path':
      return found('MongoDB', `${mongodb.program}, will be started as a child.${notes}`);
    case 'embedded':
      return found('MongoDB', `none on this machine: the embedded document store will take its place.${notes}`);
  }
};

const lookAtRabbitmq = async ({ rabbitmq }: FoundInfrastructure, env: NodeJS.ProcessEnv): Promise<Finding> => {
  const notes = rabbitmq.notes.map((note) => ` ${note}`).join('');
  switch (rabbitmq.from) {
    case 'env':
      return lookAtGiven('RabbitMQ', { variable: 'RABBITMQ_URL', url: rabbitmq.url, check: checkGivenRabbitmq });
    case 'running':
      return found(
        'RabbitMQ',
        `${rabbitmq.version} runs on 127.0.0.1:5672; the stack uses a vhost of its own.${notes}`,
      );
    case 'path':
      return found('RabbitMQ', `${rabbitmq.program}, will be started as a child.${notes}`);
    case 'missing': {
      const system = await lookAtSystem(env.PATH);
      const installer = installerFor(system, false);
      if (installer) return found('RabbitMQ', `none here; npm start installs it: ${installer.command}`);
      return { what: 'RabbitMQ', state: 'missing', detail: `none here.${notes}`, fix: missingRabbitmq(system) };
    }
  }
};

const lookAtRedis = ({ redis }: FoundInfrastructure): Finding =>
  redis.from === 'absent'
    ? { what: 'Redis', state: 'optional, absent', detail: 'nothing needs it' }
    : found('Redis', redis.from === 'env' ? 'the one REDIS_URL names' : `runs at ${redis.url}`);

const lookAtNode = (version: string): Finding => found('Node', version);

const lookAtBuild = async (): Promise<Finding> => {
  const parts = [
    'services/restaurant',
    'services/rider',
    'services/realtime',
    'services/utils',
    'local/document-store',
    'local/razorpay',
  ];
  const missing: string[] = [];
  for (const part of parts) {
    await access(builtFile(`${part}/dist/main.js`)).catch(() => missing.push(part));
  }
  return missing.length === 0
    ? found('build', 'all parts are built')
    : { what: 'build', state: 'missing', detail: `not built: ${missing.join(', ')}`, fix: 'npm run build' };
};

const lookAtData = async (data: string): Promise<{ finding: Finding; held: boolean }> => {
  const what = 'data folder';
  const path = resolve(data);
  const holder = await readLockHolder(path);
  if (holder) {
    const detail = `a stack runs on ${data} already (pid ${holder.pid}, ports from ${holder.portBase})`;
    return { finding: { what, state: 'in use', detail, fix: heldAdvice(data, holder) }, held: true };
  }
  const problem = await folderProblem(path);
  if (problem === undefined) return { finding: found(what, path), held: false };
  return { finding: { what, state: 'missing', detail: problem, fix: otherFolderCommand() }, held: false };
};

const lookAtConfiguration = async (
  env: NodeJS.ProcessEnv,
  check: () => Promise<CheckedConfiguration>,
): Promise<Finding> => {
  const what = 'configuration';
  if (env.NODE_ENV === 'production') {
    return { what, state: 'wrong', detail: 'npm start does not run with NODE_ENV=production', fix: 'unset NODE_ENV' };
  }
  const { wrong, silent } = await check();
  if (wrong.length === 0 && silent.length > 0) return found(what, `not checked: ${silent.join(', ')} gave no answer`);
  if (wrong.length === 0) return found(what, 'the services take it');
  const detail = `the services refuse ${wrong.map(({ name }) => name).join(', ')}`;
  return { what, state: 'wrong', detail, fix: `correct these, or unset them:\n${variableLines(wrong)}` };
};

const lookAtPorts = async (base: number, infrastructure: FoundInfrastructure, razorpay: boolean): Promise<Finding> => {
  const taken = await checkPorts(base, neededPorts(portsFrom(base), infrastructure, { razorpay }));
  return taken === undefined
    ? found('ports', `${base} to ${base + 74}: those needed are free`)
    : { what: 'ports', state: 'in use', detail: heldPorts(taken).join('; '), fix: portsAdvice(taken) };
};

/** Everything the stack needs on this machine, looked for in the same way as a start does, without starting anything. */
export const examine = async ({
  env,
  data,
  portBase,
  nodeVersion,
  checkConfiguration,
}: {
  env: NodeJS.ProcessEnv;
  data: string;
  portBase: number;
  nodeVersion: string;
  checkConfiguration(env: NodeJS.ProcessEnv, portBase: number): Promise<CheckedConfiguration>;
}): Promise<Finding[]> => {
  const [infrastructure, build, { finding: folder, held }, configuration] = await Promise.all([
    findInfrastructure(env),
    lookAtBuild(),
    lookAtData(data),
    lookAtConfiguration(env, () => checkConfiguration(env, portBase)),
  ]);
  const findings = [
    lookAtNode(nodeVersion),
    build,
    configuration,
    await lookAtMongodb(infrastructure),
    await lookAtRabbitmq(infrastructure, env),
    lookAtRedis(infrastructure),
    folder,
  ];
  // The ports of a stack that runs are its own.
  if (!held) findings.push(await lookAtPorts(portBase, infrastructure, !env.RAZORPAY_API_URL?.trim()));
  return findings;
};

export const canStart = (findings: readonly Finding[]): boolean => findings.every(({ fix }) => fix === undefined);
