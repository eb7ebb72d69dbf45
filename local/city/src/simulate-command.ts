import { interruptedText } from './simulation/interrupted-text.ts';
import { humanReport, jsonReport } from './simulation/report.ts';
import { simulate } from './simulation/simulate.ts';
import { readSimulationOptions, SIMULATE_HELP } from './simulation/simulation-options.ts';
import { readStackFile } from './stack-file.ts';

const EXIT_BROKEN = 1;
const EXIT_USAGE = 2;
const EXIT_NO_STACK = 3;
/** npm passes a Ctrl-C on to us that the terminal has sent already: a second one this soon is the same. */
const SAME_PRESS_MS = 1_500;

const { env, stdout, stderr } = process;
const read = readSimulationOptions(process.argv.slice(2));
if (read.kind === 'help') {
  console.log(SIMULATE_HELP);
  process.exit(0);
}
const wantsJson = read.kind === 'options' ? read.options.json : read.json;
const screen = {
  write: (text: string) => stdout.write(text),
  complain: (text: string) => stderr.write(stderr.isTTY && !env.NO_COLOR ? `\x1b[31m${text}\x1b[0m` : text),
  isTerminal: stdout.isTTY === true,
  hasColour: stdout.isTTY === true && !env.NO_COLOR,
  columns: () => stdout.columns,
};
const report = wantsJson ? jsonReport(screen) : humanReport(screen);
const refuse = (message: string, code: number): never => {
  report.problem(message);
  return process.exit(code);
};
if (read.kind === 'problem') refuse(read.message, EXIT_USAGE);
if (read.kind !== 'options') throw new Error('unreachable: refused above');
const { options } = read;

const startCommand = `npm start -- --no-city${options.data === '.data' ? '' : ` --data ${options.data}`}`;
const noStack = (): never =>
  refuse(`No stack runs on ${options.data}. Start one in another terminal: ${startCommand}`, EXIT_NO_STACK);
const stack = readStackFile(options.data) ?? noStack();

const giveUp = new AbortController();
let firstPressAt: number | undefined;
const press = (): void => {
  firstPressAt ??= performance.now();
  if (performance.now() - firstPressAt > SAME_PRESS_MS) process.exit(EXIT_NO_STACK);
  giveUp.abort();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, press);
// A reader that went away (`| head`) must not leave the faults switched on; every further line fails as well, and is no second press.
stdout.on('error', () => giveUp.abort());

const outcome = await simulate({ options, stack, report, interrupted: giveUp.signal });
switch (outcome.kind) {
  case 'judged':
    process.exit(outcome.kept ? 0 : EXIT_BROKEN);
    break;
  case 'interrupted':
    refuse(interruptedText(outcome), EXIT_NO_STACK);
    break;
  case 'no-stack':
    noStack();
    break;
  case 'impossible':
    refuse(`The stack on ${options.data} cannot do this. ${outcome.reason}`, EXIT_NO_STACK);
}
