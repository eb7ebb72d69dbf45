import type { FoundInfrastructure } from './find-infrastructure.ts';
import { type BusyPort, busyPorts, freeBaseNear } from './port-holder.ts';
import type { Ports } from './ports.ts';

/** The ports a stack will listen on, given what it need not start itself. */
export const neededPorts = (
  ports: Ports,
  { mongodb, rabbitmq }: Pick<FoundInfrastructure, 'mongodb' | 'rabbitmq'>,
  { razorpay }: { razorpay: boolean },
): number[] => [
  ports.door,
  ports.restaurant,
  ports.rider,
  ports.realtime,
  ports.utils,
  ...(razorpay ? [ports.razorpay] : []),
  ...(mongodb.from === 'path' || mongodb.from === 'embedded' ? [ports.store] : []),
  ...(rabbitmq.from === 'path' ? [ports.rabbitmq, ports.rabbitmqDistribution, ports.rabbitmqNames] : []),
];

/** What to tell a person whose ports are taken: each with its holder, then the command that works. */
export const portsProblem = (busy: readonly BusyPort[], freeBase: number | undefined): string => {
  const lines = busy.map(
    ({ port, holder }) => `  ${port}  ${holder ?? 'held by somebody, perhaps another person on this machine'}`,
  );
  const subject = busy.length === 1 ? 'A port is' : `${busy.length} ports are`;
  return `${subject} in use:\n${lines.join('\n')}\nEnd that, or take other ports: npm start -- --port-base ${freeBase ?? 'N'}`;
};

/** The sentence for a person when a needed port is taken; undefined when all are free. */
export const checkPorts = async (base: number, needed: readonly number[]): Promise<string | undefined> => {
  const busy = await busyPorts(needed);
  if (busy.length === 0) return undefined;
  const offsets = needed.map((port) => port - base);
  return portsProblem(busy, await freeBaseNear(base, offsets));
};
