import { accessSync, constants, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseDamaged, DatabaseHeld } from './sqlite.ts';
import { openStore, type Store } from './store.ts';

/** The data folder belongs to a document store that is running. */
export class DataFolderHeld extends Error {
  override name = 'DataFolderHeld';
}

/** There can be no data in this place. */
export class DataFolderUnusable extends Error {
  override name = 'DataFolderUnusable';
}

/** The data folder holds a file that is not what was written to it. */
export class DataFolderDamaged extends Error {
  override name = 'DataFolderDamaged';
}

/**
 * Opens the store kept in a folder, which is made if need be. Only one process may: the lock is the operating system's on the
 * database file, so one left by a killed process does not exist. The file `holder.json` only tells people who it is.
 * @throws DataFolderHeld naming the process that has it, DataFolderDamaged when its file does not add
 * up, DataFolderUnusable when there can be none.
 */
export const openDataFolder = (folder: string, now: Date): Store => {
  makeFolder(folder);
  const holderPath = join(folder, 'holder.json');
  const store = openHeld(folder, holderPath);
  writeFileSync(holderPath, JSON.stringify({ pid: process.pid, since: now.toISOString() }));
  return {
    ...store,
    close: () => {
      rmSync(holderPath, { force: true });
      store.close();
    },
  };
};

const makeFolder = (folder: string): void => {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const reason = REASONS[code] ?? code;
    throw new DataFolderUnusable(`the data folder ${folder} cannot be used: ${reason}; choose another with --data`);
  }
};

const REASONS: Readonly<Record<string, string>> = {
  EEXIST: 'it is a file',
  ENOTDIR: 'a part of its path is a file',
  EACCES: 'it may not be written',
  EPERM: 'it may not be written',
  EROFS: 'its disk may only be read',
};

const openHeld = (folder: string, holderPath: string): Store => {
  try {
    return openStore(join(folder, 'documents.sqlite'));
  } catch (error) {
    if (error instanceof DatabaseDamaged) {
      throw new DataFolderDamaged(
        `the data in ${folder} is damaged, and nothing of it was changed: copy the folder away, then put a copy made before in its place or choose another folder with --data`,
        { cause: error },
      );
    }
    if (!(error instanceof DatabaseHeld)) throw error;
    throw new DataFolderHeld(
      `the data folder ${folder} is in use by ${holderOf(holderPath)}; stop it, or choose another folder with --data`,
    );
  }
};

const holderOf = (path: string): string => {
  try {
    const holder: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof holder === 'object' && holder !== null && 'pid' in holder && 'since' in holder) {
      return `process ${holder.pid} (since ${holder.since})`;
    }
  } catch {
    // the holder is between taking the lock and saying who it is
  }
  return 'another process';
};
