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

/** Ports somebody else has, and a base from which all would be free. */
export type TakenPorts = { readonly busy: readonly BusyPort[]; readonly freeBase: number | undefined };

/** Each taken port with its holder. */
export const heldPorts = ({ busy }: TakenPorts): string[] =>
  busy.map(({ port, holder }) => `${port}  ${holder ?? 'held by somebody, perhaps another person on this machine'}`);

/** The way out, the command that works last. */
export const portsAdvice = ({ freeBase }: TakenPorts): string =>
  `End that, or take other ports: npm start -- --port-base ${freeBase ?? 'N'}`;

/** What to tell a person whose ports are taken: each with its holder, then the command that works. */
export const portsProblem = (taken: TakenPorts): string => {
  const subject = taken.busy.length === 1 ? 'A port is' : `${taken.busy.length} ports are`;
  const lines = heldPorts(taken).map((line) => `  ${line}`);
  return `${subject} in use:\n${lines.join('\n')}\n${portsAdvice(taken)}`;
};

/** Those of the needed ports that are taken; undefined when all are free. */
export const checkPorts = async (base: number, needed: readonly number[]): Promise<TakenPorts | undefined> => {
  const busy = await busyPorts(needed);
  if (busy.length === 0) return undefined;
  const offsets = needed.map((port) => port - base);
  return { busy, freeBase: await freeBaseNear(base, offsets) };
};
