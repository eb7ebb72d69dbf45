// npm test: everything. The last line is `N passed, N failed`.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { isCompatibilityStale } from './compatibility.mjs';
import { checkHouse, HOUSE } from './house.mjs';
import { isProofStale } from './proof.mjs';
import { startTestBroker } from './test-broker.mjs';

const bin = (path) => join(HOUSE, 'node_modules', path);
const TSC = bin('typescript/bin/tsc');
const BIOME = bin('@biomejs/biome/bin/biome');
const KNIP = bin('knip/bin/knip.js');
const VITEST = bin('vitest/vitest.mjs');

const HELP = `npm test [-- flags] [part of a path …]: everything, or the tests whose path contains one of the parts.

  -t, --testNamePattern PATTERN   only tests whose name matches
  --help                          this

Exit codes: 0 all passed, 1 something failed or it was interrupted, 2 wrong flags. The last line is \`N passed, N failed\`.`;

const readFlags = () => {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        testNamePattern: { type: 'string', short: 't' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    console.error(`${error.message.split('. ')[0]}. See npm test -- --help`);
    process.exit(2);
  }
};
const { values: flags, positionals: parts } = readFlags();
if (flags.help) {
  console.log(HELP);
  process.exit(0);
}
const only = [...parts, ...(flags.testNamePattern === undefined ? [] : ['-t', flags.testNamePattern])];

checkHouse();
const scratch = mkdtempSync(join(tmpdir(), 'tiffin-test-'));
// Every process of this run inherits it, whatever group it moved to: what still carries it at the end was left running.
const marker = `TIFFIN_TEST_RUN=${process.pid}-${Date.now()}`;
const [markerName, markerValue] = marker.split('=');
const baseEnv = { ...process.env, [markerName]: markerValue };
const children = new Set();
let interrupted = false;

const node = (args, { env = baseEnv, stdio = 'pipe' } = {}) =>
  new Promise((resolve) => {
    // A group of its own: a compiler and a test runner start others, and all of them have to end with us.
    const child = spawn(process.execPath, args, { cwd: HOUSE, env, stdio: ['ignore', stdio, stdio], detached: true });
    children.add(child);
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      output += chunk;
    });
    child.on('close', (code) => {
      children.delete(child);
      resolve({ ok: code === 0, output });
    });
  });

let passed = 0;
let failed = 0;

/** One line a check: its name, how it went, how long it took; its words only when it failed. */
const check = async (name, run) => {
  if (interrupted) return;
  const startedAt = performance.now();
  const { ok, output } = await run();
  if (interrupted) return;
  const took = `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`;
  console.log(`${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(24)} ${took}`);
  if (!ok) console.log(output.trim());
  if (ok) passed += 1;
  else failed += 1;
};

const answers = (port) =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });

/** What the runner counted. A file that could not be loaded has no tests to fail, and counts as one. */
const countTests = (report) => {
  const files = report?.testResults ?? [];
  const broken = files.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0);
  return { good: report?.numPassedTests ?? 0, bad: (report?.numFailedTests ?? 0) + broken.length };
};

/** Test names that stand twice in one file: a report about one of them could mean the other. */
const repeatedNames = (report) =>
  (report?.testResults ?? []).flatMap(({ name: file, assertionResults }) => {
    const seen = new Set();
    return assertionResults
      .filter(({ fullName }) => seen.size === seen.add(fullName).size)
      .map(({ fullName }) => `${relative(HOUSE, file)}: ${fullName}`);
  });

/** Processes of this run that are still there, from proc(5) environ; empty where there is no /proc. */
const leftRunning = () => {
  const left = [];
  for (const pid of process.platform === 'linux' ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : []) {
    if (Number(pid) === process.pid) continue;
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'latin1').includes(marker)) continue;
      left.push({ pid: Number(pid), command: readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ') });
    } catch {
      // It ended while we looked, or is not ours.
    }
  }
  return left;
};

const endAll = (signal) => {
  for (const { pid } of children) {
    try {
      process.kill(-pid, signal);
    } catch {
      // It ended while we looked.
    }
  }
};
const GRACE_MS = 10_000;
const interrupt = () => {
  if (interrupted) return;
  interrupted = true;
  endAll('SIGTERM');
  setTimeout(() => endAll('SIGKILL'), GRACE_MS).unref();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, interrupt);

/** Parent and grandparent: npm runs a script through a shell, which stays between the two when npm is killed. */
const ancestors = () => {
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'latin1');
    return `${process.ppid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]}`;
  } catch {
    return String(process.ppid);
  }
};
if (process.env.npm_lifecycle_event) {
  // A killed npm tells nobody.
  const atStart = ancestors();
  setInterval(() => ancestors() !== atStart && interrupt(), 500).unref();
}

// In a process of its own: it waits for the compiler without hearing signals, and we have to hear them.
const BUILD = `import { build } from './tools/house.mjs';
const { ok, output } = build({ quiet: true });
process.stdout.write(output, () => process.exit(ok ? 0 : 1));`;

await check('build', () => node(['--input-type=module', '--eval', BUILD]));
await check('types of the tests', () => node([TSC, '-p', 'tsconfig.tests.json']));
await check('style', () => node([BIOME, 'check', '.', '--diagnostic-level=error']));
await check('borders', () => node([join(HOUSE, 'tools/check-borders.mjs')]));
await check('money', () => node([join(HOUSE, 'tools/check-money.mjs')]));
await check('unused code', () => node([KNIP, '--strict']));
await check('COMPATIBILITY.md', async () => ({
  ok: !isCompatibilityStale(),
  output: 'local/document-store/COMPATIBILITY.md does not say what the conformance suite says: npm run compatibility',
}));

let broker;
let env = baseEnv;
if (!interrupted && !(await answers(5_672))) {
  await check('a broker for the tests', async () => {
    broker = await startTestBroker({ scratch, env: baseEnv });
    return broker.ok ? { ok: true, output: '' } : { ok: false, output: broker.problem };
  });
  if (broker?.ok) env = broker.env;
}

if (!interrupted) {
  const reportFile = join(scratch, 'vitest.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  const { ok } = await node([VITEST, 'run', ...reporters, ...only], { env, stdio: 'inherit' });
  let report;
  try {
    report = JSON.parse(readFileSync(reportFile, 'utf8'));
  } catch {
    // No report: the runner itself failed, which is counted below.
  }
  const { good, bad } = countTests(report);
  passed += good;
  // An error outside every test fails the run without failing a test.
  failed += bad + (!ok && bad === 0 ? 1 : 0);
  await check('names of the tests', async () => {
    const repeated = repeatedNames(report);
    return { ok: repeated.length === 0, output: `stands twice in its file:\n${repeated.join('\n')}` };
  });
  // The page lists every test; a run of a part of them cannot say whether it is complete.
  if (only.length === 0) {
    await check('docs/proof.md', async () => ({
      ok: report !== undefined && !isProofStale(report),
      output: 'docs/proof.md does not say what the tests are called now: npm run proof',
    }));
  }
}

await broker?.stop?.();
if (!interrupted) {
  await check('nothing left running', async () => {
    const left = leftRunning();
    for (const { pid } of left) process.kill(pid, 'SIGKILL');
    return { ok: left.length === 0, output: left.map(({ pid, command }) => `pid ${pid}: ${command}`).join('\n') };
  });
}
rmSync(scratch, { recursive: true, force: true });
if (interrupted) {
  // Whoever a test had started and could not end any more.
  for (const { pid } of leftRunning()) process.kill(pid, 'SIGKILL');
  console.log('Interrupted.');
  failed += 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
