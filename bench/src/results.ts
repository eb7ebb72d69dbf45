import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

const FOLDER = join(import.meta.dirname, '../results');

/** Writes one run to bench/results/, named after its time, and gives the path as a person types it. */
export const writeResults = async (report: { readonly at: string }): Promise<string> => {
  await mkdir(FOLDER, { recursive: true });
  const file = join(FOLDER, `${report.at.slice(0, 19).replaceAll(':', '-')}Z.json`);
  await writeFile(file, `${JSON.stringify(report, undefined, 2)}\n`);
  return relative(process.cwd(), file);
};
