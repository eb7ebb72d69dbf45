import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
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

const parseLock = (text: string): Lock | undefined => {
  try {
    return lock.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

const readText = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');

/** Who runs on a folder now; undefined when nobody does. */
export const readLockHolder = async (path: string): Promise<Holder | undefined> => {
  const holder = parseLock(await readText(join(path, LOCK)));
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

/** Longer than any take-over lasts: a claim this old was left by a start that ended in the middle of one. */
const CLAIM_MS = 10_000;
const PAUSE_MS = 20;

/**
 * Puts our lock in the place of `old`, whose process has ended; false when another start was quicker. Several may have found the same old
 * lock: whoever links it under its own name first may replace it, and only if it is still the one that was judged.
 */
const replaceLock = async (file: string, old: string, content: Lock): Promise<boolean> => {
  const claim = `${file}.${createHash('sha256').update(old).digest('hex').slice(0, 16)}`;
  try {
    await link(file, claim);
  } catch {
    const { ctimeMs } = await stat(claim).catch(() => ({ ctimeMs: Date.now() }));
    if (Date.now() - ctimeMs > CLAIM_MS) await rm(claim, { force: true });
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    return false;
  }
  try {
    if ((await readText(claim)) !== old) return false;
    const draft = `${file}.${randomUUID()}`;
    await writeFile(draft, JSON.stringify(content), { mode: 0o600 });
    await rename(draft, file);
    return true;
  } finally {
    await rm(claim, { force: true });
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
    const text = await readText(file);
    const holder = parseLock(text);
    if (holder && (await stillRuns(holder))) return { kind: 'held', holder };
    abandoned = true;
    if (await replaceLock(file, text, { ...self, portBase })) break;
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
