import { heldAdvice, openDataFolder } from './data-folder.ts';
import { otherFolderCommand } from './folder-problem.ts';
import { whenNpmIsGone } from './npm-parent.ts';
import { readOptions, START_HELP } from './options.ts';
import { humanReport, jsonReport } from './report.ts';
import { StartFailed } from './start-failed.ts';
import { startStack } from './start-stack.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
/** sysexits.h EX_CONFIG */
const EXIT_CONFIG = 78;
/** npm passes a Ctrl-C on to us that the terminal has sent already: a second one this soon is the same. */
const SAME_PRESS_MS = 1_500;

const startedAt = performance.now() - process.uptime() * 1_000;
const { env, stdout, stderr } = process;

const read = readOptions(process.argv.slice(2));
if (read.kind === 'help') {
  console.log(START_HELP);
  process.exit(0);
}
const wantsJson = read.kind === 'options' ? read.options.json : read.json;
const data = read.kind === 'options' ? read.options.data : '.data';
const screen = {
  write: (text: string) => stdout.write(text),
  complain: (text: string) => stderr.write(stderr.isTTY && !env.NO_COLOR ? `\x1b[31m${text}\x1b[0m` : text),
  isTerminal: stdout.isTTY === true,
  hasColour: stdout.isTTY === true && !env.NO_COLOR,
  columns: () => stdout.columns,
};
const report = wantsJson ? jsonReport(screen) : humanReport(screen, data);

const refuse = (message: string, code: number): never => {
  report.problem(message);
  return process.exit(code);
};

if (read.kind === 'problem') refuse(read.message, EXIT_USAGE);
if (env.NODE_ENV === 'production') {
  refuse(
    'npm start is for development: it makes up secrets and runs a fake Razorpay. It does not run with NODE_ENV=production. In production start each service by itself (Dockerfile, docker-compose.yml), or unset NODE_ENV.',
    EXIT_CONFIG,
  );
}
if (read.kind !== 'options') throw new Error('unreachable: refused above');
const { options } = read;

const opened = await openDataFolder(options.data, options.portBase);
if (opened.kind === 'unusable') {
  refuse(`${opened.problem}. Name another one: ${otherFolderCommand()}`, EXIT_FAILED);
}
if (opened.kind === 'held') {
  const { pid, portBase } = opened.holder;
  refuse(
    `A stack runs on ${options.data} already: pid ${pid}, ports from ${portBase}. ${heldAdvice(options.data, opened.holder)}`,
    EXIT_FAILED,
  );
}
if (opened.kind !== 'opened') throw new Error('unreachable: refused above');
const { folder } = opened;

const giveUp = new AbortController();
let stopRequested: () => void = () => undefined;
const stopRequest = new Promise<void>((resolve) => {
  stopRequested = resolve;
});
let firstPressAt: number | undefined;
const press = (): void => {
  firstPressAt ??= performance.now();
  // Impatience: our children's control pipes close with us, and they end by themselves.
  if (performance.now() - firstPressAt > SAME_PRESS_MS) process.exit(EXIT_FAILED);
  giveUp.abort();
  stopRequested();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, press);
if (env.npm_lifecycle_event) whenNpmIsGone(press);
// A reader that went away (`| head`) must not end the stack without a stop.
stdout.on('error', press);

try {
  const stack = await startStack({ options, env, folder, report, giveUp: giveUp.signal });
  report.ready(stack.file, performance.now() - startedAt, stack.consoleUrl);
  if (options.city) stack.startCity();
  await stopRequest;
  report.stopping();
  await stack.stop();
  await folder.release();
  report.stopped();
  process.exit(0);
} catch (error) {
  await folder.release();
  if (!(error instanceof StartFailed)) throw error;
  if (giveUp.signal.aborted) {
    report.stopped();
    process.exit(0);
  }
  report.problem(error.message);
  process.exit(error.refusals.length > 0 ? EXIT_CONFIG : EXIT_FAILED);
}
