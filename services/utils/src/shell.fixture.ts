import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { signUserToken } from '@tiffin/platform/auth/tokens';
import type { Stand } from './utils.fixture.ts';

const SOURCES = ['--conditions=source', '--import', 'tsx'];

/** Runs a command of the house as an admin does who has a token for the stand's service. */
export const shell = (
  { url, config }: Stand,
  command: string,
  args: readonly string[],
): Promise<{ code: number; out: string; err: string }> => {
  const file = fileURLToPath(new URL(`../../../cli/src/${command}-command.ts`, import.meta.url));
  const token = signUserToken({ secret: config.JWT_SECRET ?? '', role: 'admin', sub: 'in-a-shell', ttlSeconds: 60 });
  const env = { PATH: process.env.PATH, TIFFIN_TOKEN: token };
  return new Promise((resolve) => {
    const all = [...SOURCES, file, ...args, '--utils-url', url];
    execFile(process.execPath, all, { env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }),
    );
  });
};
