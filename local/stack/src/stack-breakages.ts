import { type Breakable, impossible } from './breakable.ts';
import { type Breakages, createBreakages } from './breakages.ts';
import { frozenForAWhile, killedForAWhile } from './child-outage.ts';
import type { FoundInfrastructure } from './find-infrastructure.ts';
import { poisonBody, sendPoison } from './poison.ts';
import type { ChildName } from './stack-file.ts';
import type { Supervised } from './supervise.ts';
import { type VhostGate, vhostOutage } from './vhost-outage.ts';

type Find = (name: ChildName) => Supervised | undefined;

const storeBreakable = ({ from }: FoundInfrastructure['mongodb'], find: Find): Breakable => {
  switch (from) {
    case 'env':
      return impossible('MONGODB_URL names a MongoDB that is not ours to break');
    case 'running':
      return impossible('MongoDB was running before this stack, and others may use it');
    case 'path':
    case 'embedded':
      return frozenForAWhile(() => find('store'));
  }
};

const brokerBreakable = (
  { from }: FoundInfrastructure['rabbitmq'],
  gate: VhostGate | undefined,
  find: Find,
): Breakable => {
  if (from === 'env') return impossible('RABBITMQ_URL names a RabbitMQ that is not ours to break');
  if (from !== 'running') return killedForAWhile(() => find('rabbitmq'));
  return gate
    ? vhostOutage(gate)
    : impossible('RabbitMQ was running before this stack, which uses its default vhost, and others may use that too');
};

/** What can be broken of a stack on what was found: its own children, and its own vhost. Never what belongs to others. */
export const breakagesOf = ({
  found,
  gate,
  find,
  brokerUrl,
  env,
}: {
  found: FoundInfrastructure & { fake: boolean };
  gate: VhostGate | undefined;
  find: Find;
  brokerUrl: string;
  env: NodeJS.ProcessEnv;
}): Breakages =>
  createBreakages({
    rabbitmq: brokerBreakable(found.rabbitmq, gate, find),
    store: storeBreakable(found.mongodb, find),
    fakeRazorpay: found.fake,
    poisonBody: poisonBody(env),
    sendPoison: (queue) => sendPoison(brokerUrl, env, queue),
  });
