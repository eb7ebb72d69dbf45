import { type FoundMongodb, findMongodb } from './find-mongodb.ts';
import { type FoundRabbitmq, findRabbitmq } from './find-rabbitmq.ts';
import { type FoundRedis, findRedis } from './find-redis.ts';
import { install, installerFor, lookAtSystem, missingRabbitmq } from './install-rabbitmq.ts';

export type FoundInfrastructure = { mongodb: FoundMongodb; rabbitmq: FoundRabbitmq; redis: FoundRedis };

/** Looks for all three at once; what the environment names is taken to the letter. */
export const findInfrastructure = async (env: NodeJS.ProcessEnv): Promise<FoundInfrastructure> => {
  const given = (name: string): string | undefined => env[name]?.trim() || undefined;
  const path = env.PATH;
  const [mongodb, rabbitmq, redis] = await Promise.all([
    findMongodb({ given: given('MONGODB_URL'), path }),
    findRabbitmq({ given: given('RABBITMQ_URL'), path }),
    findRedis({ given: given('REDIS_URL') }),
  ]);
  return { mongodb, rabbitmq, redis };
};

/** Installs a missing RabbitMQ where that is allowed without asking. The broker found afterwards, or what to tell the person. */
export const installMissingRabbitmq = async ({
  env,
  allowed,
  note,
}: {
  env: NodeJS.ProcessEnv;
  allowed: boolean;
  note(text: string): void;
}): Promise<{ kind: 'found'; rabbitmq: FoundRabbitmq } | { kind: 'problem'; message: string }> => {
  const system = await lookAtSystem(env.PATH);
  const installer = installerFor(system, allowed);
  if (!installer) return { kind: 'problem', message: missingRabbitmq(system) };
  note(`RabbitMQ is missing; installing it: ${installer.command}`);
  const failure = await install(installer, env);
  if (failure !== undefined) {
    return { kind: 'problem', message: `${missingRabbitmq(system)}\nInstalling it here failed: ${failure}` };
  }
  // Some systems start the package's own service at once, others leave that to us.
  const rabbitmq = await findRabbitmq({ given: undefined, path: env.PATH });
  return rabbitmq.from === 'missing'
    ? { kind: 'problem', message: missingRabbitmq(system) }
    : { kind: 'found', rabbitmq };
};
