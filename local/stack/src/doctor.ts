import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { checkGivenMongodb, checkGivenRabbitmq, type GivenProblem } from './check-given.ts';
import { builtFile } from './children.ts';
import { heldAdvice, readLockHolder } from './data-folder.ts';
import { type FoundInfrastructure, findInfrastructure } from './find-infrastructure.ts';
import { folderProblem, otherFolderCommand } from './folder-problem.ts';
import { installerFor, lookAtSystem, missingRabbitmq } from './install-rabbitmq.ts';
import { checkPorts, heldPorts, neededPorts, portsAdvice } from './needed-ports.ts';
import { portsFrom } from './ports.ts';

/** One thing the stack needs: whether it is there, and what to do when it is not. */
export type Finding = {
  readonly what: string;
  readonly state: 'found' | 'missing' | 'wrong version' | 'optional, absent' | 'in use';
  readonly detail: string;
  /** Given when the stack cannot start without it. */
  readonly fix?: string;
};

const found = (what: string, detail: string): Finding => ({ what, state: 'found', detail });

const lookAtGiven = (what: string, variable: string, problem: GivenProblem | undefined): Finding =>
  problem === undefined
    ? found(what, `the one ${variable} names`)
    : {
        what,
        state: problem.wrongVersion ? 'wrong version' : 'missing',
        detail: `${variable} ${problem.problem}`,
        fix: `correct ${variable}, or unset it and one is looked for`,
      };

const lookAtMongodb = async ({ mongodb }: FoundInfrastructure): Promise<Finding> => {
  const notes = mongodb.notes.map((note) => ` ${note}`).join('');
  switch (mongodb.from) {
    case 'env':
      return lookAtGiven('MongoDB', 'MONGODB_URL', await checkGivenMongodb(mongodb.url));
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
      return lookAtGiven('RabbitMQ', 'RABBITMQ_URL', await checkGivenRabbitmq(rabbitmq.url));
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
}: {
  env: NodeJS.ProcessEnv;
  data: string;
  portBase: number;
  nodeVersion: string;
}): Promise<Finding[]> => {
  const [infrastructure, build, { finding: folder, held }] = await Promise.all([
    findInfrastructure(env),
    lookAtBuild(),
    lookAtData(data),
  ]);
  const findings = [
    lookAtNode(nodeVersion),
    build,
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
