// What every command checks before it runs: the version of Node, the installed packages, the build. Plain JavaScript, no package needed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const HOUSE = dirname(dirname(fileURLToPath(import.meta.url)));
const STAMP = join(HOUSE, 'node_modules/.cache/tiffin/build.json');
const OLDEST_NODE = [20, 19];

// Standard error: standard output belongs to the command that follows.
const say = (line) => process.stderr.write(`${line}\n`);

const readJson = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
};

const checkNode = () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  say(
    `Tiffin needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}. With nvm: nvm install 20`,
  );
  process.exit(1);
};

/** Whether node_modules holds what the lock names. Compared entry by entry: times say nothing after a clone or a copy. */
const packagesAreThere = () => {
  const wanted = readJson(join(HOUSE, 'package-lock.json'))?.packages ?? {};
  const installed = readJson(join(HOUSE, 'node_modules/.package-lock.json'))?.packages ?? {};
  return Object.entries(wanted).every(
    ([path, { version, optional, link }]) =>
      !path.includes('node_modules/') ||
      // Optional packages are those of other systems.
      (optional && installed[path] === undefined) ||
      (installed[path] !== undefined && (link || installed[path].version === version)),
  );
};

const INSTALL = ['ci', '--include=dev', '--no-audit', '--no-fund'];

const install = () => {
  if (packagesAreThere()) return;
  say('Installing packages (npm ci) …');
  // npm's own report would land in the standard output of the command.
  const { status } = spawnSync('npm', INSTALL, { cwd: HOUSE, stdio: ['ignore', process.stderr, process.stderr] });
  if (status === 0) return;
  say('npm ci failed; see above.');
  process.exit(1);
};

const SOURCE = /\.(?:tsx?|css|html)$/;
const TEST = /\.test\.ts$/;
const SKIPPED = new Set(['node_modules', 'dist']);

/** Every file the build reads, with its size and time of change. */
const sourcesIn = (folder, found) => {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name) && !entry.name.startsWith('.')) sourcesIn(path, found);
    } else if (
      (SOURCE.test(entry.name) && !TEST.test(entry.name)) ||
      entry.name === 'tsconfig.json' ||
      entry.name === 'package.json'
    ) {
      const { mtimeMs, size } = statSync(path);
      found.push(`${path} ${mtimeMs} ${size}`);
    }
  }
  return found;
};

const hashOf = (text) => createHash('sha256').update(text).digest('hex');

const projects = () => (readJson(join(HOUSE, 'tsconfig.json'))?.references ?? []).map(({ path }) => path);

const stateOfSources = () => {
  const files = projects().flatMap((path) => sourcesIn(join(HOUSE, path), []));
  const read = (file) => readFileSync(join(HOUSE, file), 'utf8');
  return {
    sources: hashOf(files.sort().join('\n')),
    // tsc -b of TypeScript 7 does not notice a change of an extended configuration, nor of a dependency: those rebuild everything.
    settings: hashOf(read('tsconfig.base.json') + read('tsconfig.json') + read('package-lock.json')),
  };
};

/** A project whose sources are all tests has nothing to build. */
const isBuilt = () =>
  existsSync(join(HOUSE, 'console/dist/page/index.html')) &&
  projects().every((path) => {
    const project = join(HOUSE, path);
    const hasSources = sourcesIn(project, []).some((line) => line.includes('.ts '));
    return !hasSources || existsSync(join(project, 'dist/.tsbuildinfo'));
  });

/** Builds what has changed. `{ok, output}`: false with the compiler's words when it does not compile. */
export const build = ({ quiet = false } = {}) => {
  const now = stateOfSources();
  const then = readJson(STAMP);
  if (then?.sources === now.sources && then?.settings === now.settings && isBuilt()) return { ok: true, output: '' };
  if (!quiet) say('Building what has changed (tsc -b) …');
  const force = then !== undefined && then.settings !== now.settings ? ['--force'] : [];
  const tsc = join(HOUSE, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-b', ...force], { cwd: HOUSE, encoding: 'utf8' });
  if (status !== 0) return { ok: false, output: stdout };
  const page = spawnSync(process.execPath, [join(HOUSE, 'console/build.mjs')], { cwd: HOUSE, encoding: 'utf8' });
  if (page.status !== 0) return { ok: false, output: page.stderr };
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, JSON.stringify(now));
  return { ok: true, output: stdout };
};

/** Node is new enough and the packages are there; ends the process with one line when not. */
export const checkHouse = () => {
  checkNode();
  install();
};

/** Besides, everything is built. */
export const prepareHouse = () => {
  checkHouse();
  const { ok, output } = build();
  if (ok) return;
  say(`${output}It does not compile; see above.`);
  process.exit(1);
};

/** Becomes the built program: same process, so that its signals, its parent and its end are the ones of the command. */
export const become = async (program, args) => {
  const file = join(HOUSE, program);
  if (!existsSync(file)) {
    say(`${program} is not there.`);
    process.exit(1);
  }
  process.argv = [process.execPath, file, ...args];
  await import(new URL(`file://${file}`).href);
};
