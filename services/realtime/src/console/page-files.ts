import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type PageFile = { readonly type: string; readonly content: Buffer };

/** What the console's build makes; this file runs from services/realtime/dist, and from src in tests. */
const BUILT = fileURLToPath(new URL('../../../../console/dist/page/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
};

/** The files of the page by name, read anew at each call; empty when the page has not been built. */
export const readPageFiles = async (folder: string = BUILT): Promise<ReadonlyMap<string, PageFile>> => {
  const names = await readdir(folder).catch(() => []);
  const files = names.flatMap((name) => {
    const type = TYPES[extname(name)];
    return type === undefined ? [] : [{ name, type }];
  });
  const read = files.map(
    async ({ name, type }) => [name, { type, content: await readFile(join(folder, name)) }] as const,
  );
  return new Map(await Promise.all(read));
};
