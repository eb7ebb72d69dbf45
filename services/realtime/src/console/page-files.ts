import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type PageFile = { readonly type: string; read(): Promise<Buffer> };

/** What the console's build makes; this file runs from services/realtime/dist, and from src in tests. */
const BUILT = fileURLToPath(new URL('../../../../console/dist/page/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
};

/** The files of the page by name, as they are at each call; empty when the page has not been built. Only one that is asked for is read. */
export const listPageFiles = async (folder: string = BUILT): Promise<ReadonlyMap<string, PageFile>> => {
  const names = await readdir(folder).catch(() => []);
  const files = names.flatMap((name): [string, PageFile][] => {
    const type = TYPES[extname(name)];
    return type === undefined ? [] : [[name, { type, read: () => readFile(join(folder, name)) }]];
  });
  return new Map(files);
};
