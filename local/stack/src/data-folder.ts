import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { folderProblem } from './folder-problem.ts';
import { identify, stillRuns } from './process-identity.ts';

const lock = z.object({ pid: z.int(), began: z.string(), portBase: z.int() });
type Lock = z.infer<typeof lock>;

/** All that a start writes under its data folder. `--fresh` removes these and nothing else, whatever folder it is given. */
const OWN_ENTRIES = ['store', 'mongodb', 'rabbitmq', 'razorpay', 'city', 'logs', 'identity.json', 'stack.json'];

const LOCK = 'stack.lock';

export type DataFolder = {
  readonly path: string;
  /** The start that was here before ended without cleaning up: its children may still be on their way out. */
  readonly abandoned: boolean;
  /** Makes a folder under it. */
  folder(name: string): Promise<string>;
  /** Forgets everything kept. */
  empty(): Promise<void>;
  release(): Promise<void>;
};

export type Holder = { readonly pid: number; readonly portBase: number };

type Opened =
  | { kind: 'opened'; folder: DataFolder }
  | { kind: 'held'; holder: Holder }
  /** A sentence without its full stop. */
  | { kind: 'unusable'; problem: string };

const readLock = async (file: string): Promise<Lock | undefined> => {
  const text = await readFile(file, 'utf8').catch(() => '{}');
  try {
    return lock.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

/** Who runs on a folder now; undefined when nobody does. */
export const readLockHolder = async (path: string): Promise<Holder | undefined> => {
  const holder = await readLock(join(path, LOCK));
  return holder && (await stillRuns(holder)) ? holder : undefined;
};

/** What to do about a folder that another start holds. */
export const heldAdvice = (data: string, { pid, portBase }: Holder): string =>
  `Stop it with Ctrl-C where it runs (or: kill ${pid}), or start another one: npm start -- --data ${data}-2 --port-base ${portBase + 100}`;

/** Puts the whole lock in place at once, or not at all when there is one: a half-written lock would look abandoned. */
const placeLock = async (file: string, content: Lock): Promise<boolean> => {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(content), { mode: 0o600 });
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
};

/**
 * Takes a data folder for this process alone, making it when it is not there. A folder that a running start holds is `held`, one that
 * cannot be made or written is `unusable`; a lock whose process has ended, however it ended, is taken over.
 */
export const openDataFolder = async (name: string, portBase: number): Promise<Opened> => {
  const path = resolve(name);
  const problem = await folderProblem(path);
  if (problem !== undefined) return { kind: 'unusable', problem };
  await mkdir(path, { recursive: true, mode: 0o700 });
  const file = join(path, LOCK);
  const self = await identify(process.pid);
  if (self === undefined) throw new Error('this process cannot be found among the running ones');

  let abandoned = false;
  while (!(await placeLock(file, { ...self, portBase }))) {
    const holder = await readLock(file);
    if (holder && (await stillRuns(holder))) return { kind: 'held', holder };
    // Renamed before it is removed: of two starts that both saw the old lock only one may take it away.
    const grave = `${file}.${randomUUID()}`;
    await rename(file, grave).catch(() => undefined);
    await rm(grave, { force: true });
    abandoned = true;
  }

  const folder: DataFolder = {
    path,
    abandoned,
    folder: async (child) => {
      const made = join(path, child);
      await mkdir(made, { recursive: true, mode: 0o700 });
      return made;
    },
    empty: async () => {
      for (const entry of OWN_ENTRIES) await rm(join(path, entry), { recursive: true, force: true });
    },
    release: () => rm(file, { force: true }),
  };
  return { kind: 'opened', folder };
};
