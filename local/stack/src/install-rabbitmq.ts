import { findProgram } from './find-program.ts';
import { runProgram } from './run-program.ts';

const INSTALL_MS = 10 * 60_000;

/** A way to install RabbitMQ on this system: what runs, and the same as a person types it. */
export type Installer = { readonly steps: readonly (readonly [string, ...string[]])[]; readonly command: string };

export type System = {
  readonly isRoot: boolean;
  readonly aptGet: string | undefined;
  readonly brew: string | undefined;
};

/** What this system offers for installing things. */
export const lookAtSystem = async (path: string | undefined): Promise<System> => ({
  isRoot: process.getuid?.() === 0,
  aptGet: await findProgram('apt-get', path),
  brew: await findProgram('brew', path),
});

const APT_ARGUMENTS = ['install', '-y', '--no-install-recommends', 'rabbitmq-server'] as const;
const PACKAGE = 'rabbitmq-server';

/**
 * How RabbitMQ may be installed without asking: as root on Debian and Ubuntu always, otherwise only with `--install` (then through
 * `sudo -n`, which fails rather than asks). Undefined when it may not.
 */
export const installerFor = ({ isRoot, aptGet, brew }: System, allowed: boolean): Installer | undefined => {
  if (aptGet && (isRoot || allowed)) {
    // A fresh image has empty package lists: without the update nothing is found.
    const before: string[] = isRoot ? [] : ['sudo', '-n'];
    const step = (...words: string[]): [string, ...string[]] => {
      const [first = aptGet, ...rest] = [...before, aptGet, ...words];
      return [first, ...rest];
    };
    const sudo = isRoot ? '' : 'sudo ';
    return {
      steps: [step('update', '-qq'), step(...APT_ARGUMENTS)],
      command: `${sudo}apt-get update && ${sudo}apt-get install -y ${PACKAGE}`,
    };
  }
  if (brew && allowed) return { steps: [[brew, 'install', 'rabbitmq']], command: 'brew install rabbitmq' };
  return undefined;
};

/** Installs it. Undefined when that worked, else one line that says why not. */
export const install = async ({ steps }: Installer, env: NodeJS.ProcessEnv): Promise<string | undefined> => {
  for (const [file, ...args] of steps) {
    const options = { deadlineMs: INSTALL_MS, env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } };
    const result = await runProgram(file, args, options);
    if (result.kind === 'failed') return result.reason;
  }
  return undefined;
};

const DOCKER_COMMAND = 'docker run -d --name tiffin-rabbitmq -p 127.0.0.1:5672:5672 rabbitmq:4';

/** What to tell a person who has no RabbitMQ: the command for this system first, then the other ways. */
export const missingRabbitmq = ({ isRoot, aptGet, brew }: System): string => {
  const apt = isRoot
    ? 'apt-get update && apt-get install -y rabbitmq-server'
    : 'sudo apt-get update && sudo apt-get install -y rabbitmq-server';
  const ways: [boolean, string, string][] = [
    [aptGet !== undefined, 'Debian, Ubuntu', apt],
    [brew !== undefined, 'macOS', 'brew install rabbitmq'],
    [false, 'Docker', DOCKER_COMMAND],
  ];
  // The sort is stable: this system's way comes first, the rest keep their order.
  const lines = ways
    .toSorted(([left], [right]) => Number(right) - Number(left))
    .map(([, system, command]) => `  ${system.padEnd(15)} ${command}`);
  return `RabbitMQ is missing: nothing answers on 127.0.0.1:5672 and there is no rabbitmq-server to start. One of these, then npm start again:\n${lines.join('\n')}\n  ${'elsewhere'.padEnd(15)} RABBITMQ_URL=amqp://USER:PASSWORD@HOST:5672 npm start`;
};
