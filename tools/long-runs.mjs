// What became of the long runs: written by npm run test:long, told in docs/proof.md.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOUSE } from './house.mjs';

export const LONG_RUNS = join(HOUSE, 'docs/long-runs.json');

/** By file: `{passed, seed, seconds, on}`; empty before the first run. */
export const readLongRuns = () => {
  try {
    return JSON.parse(readFileSync(LONG_RUNS, 'utf8'));
  } catch {
    return {};
  }
};
