import { lstat, mkdtemp, rmdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';

type Seen = { kind: 'folder' } | { kind: 'file' } | { kind: 'absent' } | { kind: 'problem'; code: string };

const lookAt = async (path: string): Promise<Seen> => {
  try {
    return { kind: (await stat(path)).isDirectory() ? 'folder' : 'file' };
  } catch (error) {
    const code = codeOf(error);
    // ENOTDIR: something above it is a file, which is found on the way up.
    if (code !== 'ENOENT' && code !== 'ENOTDIR') return { kind: 'problem', code };
    const isDangling = await lstat(path).then(
      () => true,
      () => false,
    );
    return isDangling ? { kind: 'problem', code: 'a link to nothing' } : { kind: 'absent' };
  }
};

/**
 * Why this folder cannot hold data, in one sentence; undefined when it can, or can be made. Tried out rather than asked: access(2) lets
 * root write everywhere, and mkdir with `recursive` never returns where the file system refuses a folder with ENOENT, as /proc does.
 */
export const folderProblem = async (path: string): Promise<string | undefined> => {
  let at = path;
  let seen = await lookAt(at);
  while (seen.kind === 'absent' && dirname(at) !== at) {
    at = dirname(at);
    seen = await lookAt(at);
  }
  if (seen.kind === 'problem') return `The folder ${path} cannot be reached (${seen.code})`;
  if (seen.kind === 'file') {
    return at === path ? `${path} is a file, not a folder` : `The folder ${path} cannot be made: ${at} is a file`;
  }
  try {
    await rmdir(await mkdtemp(join(at, '.tiffin-')));
    return undefined;
  } catch (error) {
    const code = codeOf(error);
    return at === path
      ? `The folder ${path} cannot be written (${code})`
      : `The folder ${path} cannot be made: ${at} takes no new folder (${code})`;
  }
};

/** The command for whoever named a folder that will not do. */
export const otherFolderCommand = (): string => `npm start -- --data ${join(tmpdir(), 'tiffin-data')}`;
