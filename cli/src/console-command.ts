import { CONSOLE_HELP, readConsoleRequest } from './console-request.ts';
import { freshConsoleLink } from './fresh-console-link.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

const json = process.argv.includes('--json');

const refuse = (message: string, code: number): never => {
  if (json) console.log(JSON.stringify({ event: 'problem', message }));
  else console.error(message);
  return process.exit(code);
};

const request = readConsoleRequest(process.argv.slice(2));
switch (request.kind) {
  case 'help':
    console.log(CONSOLE_HELP);
    break;
  case 'problem':
    refuse(request.message, EXIT_USAGE);
    break;
  case 'request': {
    const link = await freshConsoleLink(request.data);
    if (link.kind === 'problem') refuse(link.message, EXIT_FAILED);
    else console.log(json ? JSON.stringify({ url: link.url, expiresAt: link.expiresAt }) : link.url);
  }
}
