import { parseArgs } from 'node:util';

export const HELP = `tiffin-store [flags]: an embedded store for development that speaks the MongoDB protocol.

  --port N              where it listens, on 127.0.0.1; 0 takes any free port (default 27117)
  --data FOLDER         where the documents are kept; made if need be (default .tiffin/documents)
  --exit-with-parent    ends when its standard input does
  --help                this

Prints {"event":"ready","port":N} on standard output once it answers. Exit codes: 0 stopped, 1 it could not start or failed, 2 wrong flags.`;

export type CommandLine =
  | { readonly kind: 'start'; readonly port: number; readonly data: string; readonly exitWithParent: boolean }
  | { readonly kind: 'help' }
  | { readonly kind: 'problem'; readonly message: string };

const HIGHEST_PORT = 65_535;

/** The flags of `tiffin-store`. */
export const readCommandLine = (args: readonly string[]): CommandLine => {
  let values: { port: string; data: string; 'exit-with-parent': boolean; help: boolean };
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '27117' },
        data: { type: 'string', default: '.tiffin/documents' },
        'exit-with-parent': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }));
  } catch (error) {
    return problem(error instanceof Error ? (error.message.split(/\.\s/)[0] ?? '') : String(error));
  }
  if (values.help) return { kind: 'help' };
  const port = /^[0-9]+$/.test(values.port) ? Number(values.port) : Number.NaN;
  if (!(port <= HIGHEST_PORT)) return problem(`--port takes a number from 0 to ${HIGHEST_PORT}, not '${values.port}'`);
  if (values.data === '') return problem('--data takes a folder');
  return { kind: 'start', port, data: values.data, exitWithParent: values['exit-with-parent'] };
};

const problem = (message: string): CommandLine => ({ kind: 'problem', message: `${message}. See tiffin-store --help` });
