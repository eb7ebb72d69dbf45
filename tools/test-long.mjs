// npm run test:long -- [--only NAME] [--seed N] [--again]: the long runs at full size, one file after the other, resumable.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { HOUSE, prepareHouse } from './house.mjs';
import { LONG_RUNS, readLongRuns } from './long-runs.mjs';

const HELP = `npm run test:long [-- flags]: properties, faults and races at full size. Stopped and started again, it goes on where it was.
What came of them is kept in docs/long-runs.json, and npm run proof puts it into docs/proof.md.

  --only NAME   only files whose name contains NAME
  --seed N      the seed of everything drawn (default: a new one, printed)
  --again       forgets what has passed before
  --help        this

Exit codes: 0 all passed, 1 something failed, 2 wrong flags.`;
const MEMORY = join(HOUSE, '.data/test-long.json');
const VITEST = join(HOUSE, 'node_modules/vitest/vitest.mjs');
const HIGHEST_SEED = 2 ** 31 - 1;

const readFlags = () => {
  try {
    const string = { type: 'string' };
    const boolean = { type: 'boolean', default: false };
    return parseArgs({ options: { only: string, seed: string, again: boolean, help: boolean } }).values;
  } catch (error) {
    console.error(`${error.message} See npm run test:long -- --help`);
    process.exit(2);
  }
};
const { only = '', seed: seedText, again, help } = readFlags();
if (help) {
  console.log(HELP);
  process.exit(0);
}
if (seedText !== undefined && !/^\d{1,10}$/.test(seedText)) {
  console.error('--seed takes a whole number. See npm run test:long -- --help');
  process.exit(2);
}

const testsIn = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist' || entry.name.startsWith('.')) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return testsIn(path);
    return entry.name.endsWith('.test.ts') ? [path] : [];
  });
/** A file is long when it asks for the full size itself. */
const longFiles = testsIn(HOUSE)
  .filter((file) => readFileSync(file, 'utf8').includes('TIFFIN_LONG'))
  .map((file) => relative(HOUSE, file))
  .filter((file) => file.includes(only))
  .sort();
if (longFiles.length === 0) {
  console.error(`No long test${only ? ` whose name contains ${only}` : ''}.`);
  process.exit(2);
}

const readMemory = () => {
  try {
    return JSON.parse(readFileSync(MEMORY, 'utf8'));
  } catch {
    return {};
  }
};
const memory = again ? {} : readMemory();
const remember = () => {
  mkdirSync(dirname(MEMORY), { recursive: true });
  writeFileSync(MEMORY, `${JSON.stringify(memory, undefined, 2)}\n`);
};
const seed = seedText ?? memory.seed ?? String(Math.floor(Math.random() * HIGHEST_SEED));
if (memory.seed !== seed) memory.files = {};
memory.seed = seed;
memory.files ??= {};

prepareHouse();
console.log(`Seed ${seed}; ${longFiles.length} files.`);
const rows = [];
for (const file of longFiles) {
  // A test that has changed since is a new test.
  const version = createHash('sha256')
    .update(readFileSync(join(HOUSE, file)))
    .digest('hex');
  const before = memory.files[file];
  if (before?.version === version && before.passed) {
    rows.push([file, 'passed before', before.seconds]);
    continue;
  }
  const startedAt = performance.now();
  const { status, signal } = spawnSync(process.execPath, [VITEST, 'run', file, '--testTimeout=0', '--hookTimeout=0'], {
    cwd: HOUSE,
    stdio: 'inherit',
    env: { ...process.env, TIFFIN_LONG: '1', TIFFIN_SEED: seed },
  });
  if (signal) process.exit(1);
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  memory.files[file] = { version, passed: status === 0, seconds };
  remember();
  const runs = {
    ...readLongRuns(),
    [file]: { passed: status === 0, seed, seconds, on: new Date().toISOString().slice(0, 10) },
  };
  const inOrder = Object.fromEntries(Object.entries(runs).sort(([one], [other]) => (one < other ? -1 : 1)));
  writeFileSync(LONG_RUNS, `${JSON.stringify(inOrder, undefined, 2)}\n`);
  rows.push([file, status === 0 ? 'passed' : 'FAILED', seconds]);
}

console.log(`\n| long run (seed ${seed}) | result | seconds |\n|---|---|---|`);
for (const row of rows) console.log(`| ${row.join(' | ')} |`);
const failed = rows.filter(([, result]) => result === 'FAILED').length;
console.log(`${rows.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
