import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { runProgram } from './run-program.ts';

export type BusyPort = { readonly port: number; readonly holder: string | undefined };

const canListen = (port: number, host: string | undefined): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code !== 'EADDRINUSE' && error.code !== 'EACCES'),
    );
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });

/** Whether nobody listens on a port, neither on every address nor on loopback alone (Linux keeps the two apart). */
const isFree = async (port: number): Promise<boolean> =>
  (await canListen(port, '127.0.0.1')) && (await canListen(port, undefined));

const LISTENING = '0A';

/**
 * The inode of the socket that holds a port, from proc(5) net/tcp: `local_address` is hex, state 0A is LISTEN. Failing that any socket on
 * that port: an outgoing connection was given it by the system (ip_local_port_range), and keeps others from listening there.
 */
const inodeOn = async (port: number): Promise<string | undefined> => {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  let other: string | undefined;
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const lines = (await readFile(table, 'utf8').catch(() => '')).split('\n').slice(1);
    for (const line of lines) {
      const fields = line.trim().split(/\s+/);
      if (!fields[1]?.endsWith(`:${hexPort}`)) continue;
      if (fields[3] === LISTENING) return fields[9];
      other ??= fields[9];
    }
  }
  return other;
};

const holdsSocket = async (pid: string, inode: string): Promise<boolean> => {
  const folder = `/proc/${pid}/fd`;
  const descriptors = await readdir(folder).catch(() => []);
  for (const descriptor of descriptors) {
    const target = await readlink(`${folder}/${descriptor}`).catch(() => '');
    if (target === `socket:[${inode}]`) return true;
  }
  return false;
};

const LONGEST_COMMAND = 80;

const holderFromProc = async (port: number): Promise<string | undefined> => {
  const inode = await inodeOn(port);
  if (inode === undefined) return undefined;
  const pids = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name));
  for (const pid of pids) {
    if (!(await holdsSocket(pid, inode))) continue;
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ').trim();
    return `pid ${pid}: ${words.slice(0, LONGEST_COMMAND)}`;
  }
  return undefined;
};

const holderFromLsof = async (port: number): Promise<string | undefined> => {
  const result = await runProgram('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], { deadlineMs: 3_000 });
  if (result.kind === 'failed') return undefined;
  const pid = /^p(\d+)$/m.exec(result.output)?.[1];
  const command = /^c(.+)$/m.exec(result.output)?.[1];
  return pid && `pid ${pid}${command ? `: ${command}` : ''}`;
};

/** Who listens on a port, where this person may see it. */
const holderOf = (port: number): Promise<string | undefined> =>
  process.platform === 'linux' ? holderFromProc(port) : holderFromLsof(port);

const SECOND_LOOK_MS = 1_500;

const notFree = async (ports: readonly number[]): Promise<number[]> => {
  const checked = await Promise.all(ports.map(async (port) => ({ port, free: await isFree(port) })));
  return checked.filter(({ free }) => !free).map(({ port }) => port);
};

/** Those of the ports that somebody holds, each with its holder where that can be seen. */
export const busyPorts = async (ports: readonly number[]): Promise<BusyPort[]> => {
  let busy = await notFree(ports);
  if (busy.length > 0) {
    // An outgoing connection of another program may hold one for a moment.
    await pause(SECOND_LOOK_MS);
    busy = await notFree(busy);
  }
  return Promise.all(busy.map(async (port) => ({ port, holder: await holderOf(port) })));
};

const STEP = 100;
const STEPS = 40;

/** A port base from which all the same offsets are free, to put into the corrected command. */
export const freeBaseNear = async (base: number, offsets: readonly number[]): Promise<number | undefined> => {
  for (let step = 1; step <= STEPS; step += 1) {
    const candidate = base + step * STEP;
    if (candidate + Math.max(...offsets) > 65_535) return undefined;
    const free = await Promise.all(offsets.map((offset) => isFree(candidate + offset)));
    if (free.every(Boolean)) return candidate;
  }
  return undefined;
};
