import { readCommandLine } from '@tiffin/stack/command-line';

export const CONSOLE_HELP = `npm run console [-- flags]: prints a link that signs you in to the operations console.

  --data DIR    the data folder of the running stack (default .data)
  --json        one JSON object: {"url","expiresAt"}
  --help        this

The link is good for one sign-in, for an hour; the stack prints one itself when it is ready.
Exit codes: 0 printed, 1 no stack runs or it cannot sign, 2 wrong flags.`;

export type ConsoleRequest =
  | { kind: 'request'; data: string }
  | { kind: 'help' }
  | { kind: 'problem'; message: string };

/** The flags of `npm run console`. */
export const readConsoleRequest = (args: readonly string[]): ConsoleRequest => {
  const read = readCommandLine(args, {
    data: { type: 'string', default: '.data' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (read.kind === 'problem') {
    return { kind: 'problem', message: `${read.message} See npm run console -- --help` };
  }
  if (read.values.help) return { kind: 'help' };
  return read.values.data === ''
    ? { kind: 'problem', message: '--data takes the name of a folder. See npm run console -- --help' }
    : { kind: 'request', data: read.values.data };
};
