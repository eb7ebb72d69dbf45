import type { StackFile } from '@tiffin/testing/running-stack';
import { cpuMsOf, erlangPidOn } from '../load/processes.ts';

const MS_PER_US = 1_000;

/** CPU time so far, by process, in milliseconds. */
export type CpuByProcess = Readonly<Record<string, number>>;

/** Reads what each process of a stack has used, RabbitMQ where it can be seen, and the load driver itself. */
export const createCpuReader = (file: StackFile) => {
  const pids = new Map(Object.entries(file.children).map(([name, { pid }]) => [name, pid]));
  if (!pids.has('rabbitmq')) {
    const pid = erlangPidOn(Number(new URL(file.infrastructure.rabbitmq.url).port || 5672));
    if (pid !== undefined) pids.set('rabbitmq', pid);
  }
  return (): CpuByProcess => {
    const { user, system } = process.cpuUsage();
    const ofStack = [...pids].map(([name, pid]) => [name, cpuMsOf(pid)] as const);
    return Object.fromEntries([...ofStack, ['load driver', (user + system) / MS_PER_US]]);
  };
};

/** What was used between two readings for each of `orders`. */
export const cpuPerOrder = (before: CpuByProcess, after: CpuByProcess, orders: number): CpuByProcess =>
  Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, (ms - (before[name] ?? 0)) / orders]));
