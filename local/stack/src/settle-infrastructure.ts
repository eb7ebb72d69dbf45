import { checkGivenMongodb, checkGivenRabbitmq, givenProblemText } from './check-given.ts';
import { type FoundInfrastructure, findInfrastructure, installMissingRabbitmq } from './find-infrastructure.ts';
import { checkPorts, neededPorts, portsProblem } from './needed-ports.ts';
import type { StackOptions } from './options.ts';
import { portsFrom } from './ports.ts';
import { StartFailed } from './start-failed.ts';

type Settled = FoundInfrastructure & { fake: boolean };

/**
 * Decides where documents, messages and money will be, before anything is started. Throws one StartFailed with everything that stands in
 * the way at once: what is missing, and which ports are taken by whom.
 */
export const settleInfrastructure = async ({
  options,
  env,
  note,
}: {
  options: Pick<StackOptions, 'portBase' | 'install'>;
  env: NodeJS.ProcessEnv;
  note(text: string): void;
}): Promise<Settled> => {
  const found = await findInfrastructure(env);
  const problems: string[] = [];
  let { rabbitmq } = found;
  if (rabbitmq.from === 'missing') {
    const installed = await installMissingRabbitmq({ env, allowed: options.install, note });
    if (installed.kind === 'found') rabbitmq = installed.rabbitmq;
    else problems.push(installed.message);
  }
  if (found.mongodb.from === 'env') {
    const wrong = await checkGivenMongodb(found.mongodb.url);
    if (wrong) problems.push(givenProblemText('MONGODB_URL', wrong));
  }
  if (rabbitmq.from === 'env') {
    const wrong = await checkGivenRabbitmq(rabbitmq.url);
    if (wrong) problems.push(givenProblemText('RABBITMQ_URL', wrong));
  }
  const fake = !env.RAZORPAY_API_URL?.trim();
  const needed = neededPorts(portsFrom(options.portBase), { ...found, rabbitmq }, { razorpay: fake });
  const taken = await checkPorts(options.portBase, needed);
  if (taken !== undefined) problems.push(portsProblem(taken));

  for (const text of [...found.mongodb.notes, ...rabbitmq.notes]) note(text);
  if (problems.length > 0) throw new StartFailed(problems.join('\n\n'));
  return { ...found, rabbitmq, fake };
};
