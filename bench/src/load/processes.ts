import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Linux counts CPU time in hundredths of a second for every program that asks (USER_HZ). */
const MS_PER_TICK = 10;
const KB_PER_MB = 1024;

type Stat = { readonly pid: number; readonly parent: number; readonly name: string; readonly cpuMs: number };

const readStat = (pid: number): Stat | undefined => {
  let line: string;
  try {
    line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The name stands in parentheses and may hold anything, also spaces and parentheses.
  const nameEnd = line.lastIndexOf(')');
  const fields = line.slice(nameEnd + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return {
    pid,
    parent: Number(fields[1]),
    name: line.slice(line.indexOf('(') + 1, nameEnd),
    cpuMs: ticks * MS_PER_TICK,
  };
};

const everyProcess = (): Stat[] =>
  readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .flatMap((name) => readStat(Number(name)) ?? []);

/** CPU time so far of a process and everything it has started, in milliseconds. */
export const cpuMsOf = (pid: number): number => {
  const all = everyProcess();
  const family = new Set([pid]);
  // Children have higher numbers than parents except after a wrap; going round until nothing is new needs no order.
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const { pid: child, parent } of all) if (family.has(parent)) family.add(child);
  }
  return all.filter((process) => family.has(process.pid)).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
};

/** The memory a process holds in RAM, in MB. */
export const residentMB = (pid: number): number => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / KB_PER_MB;
};

/** Erlang's virtual machine that listens on a port: a RabbitMQ that was there before us. Undefined when it cannot be seen. */
export const erlangPidOn = (port: number): number | undefined => {
  const inode = listeningInode(port);
  if (inode === undefined) return undefined;
  return everyProcess().find(({ pid, name }) => name === 'beam.smp' && holdsSocket(pid, inode))?.pid;
};

const LISTENING = '0A';

const listeningInode = (port: number): string | undefined => {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const lines = ['tcp', 'tcp6'].flatMap((table) => readFileSync(`/proc/net/${table}`, 'utf8').split('\n').slice(1));
  for (const line of lines) {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    if (state === LISTENING && local?.endsWith(`:${hexPort}`)) return inode;
  }
  return undefined;
};

const holdsSocket = (pid: number, inode: string): boolean => {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) => readlink(`${folder}/${fd}`) === `socket:[${inode}]`);
  } catch {
    return false; // another person's process
  }
};

const readlink = (path: string): string | undefined => {
  try {
    return readlinkSync(path);
  } catch {
    return undefined; // closed meanwhile
  }
};
