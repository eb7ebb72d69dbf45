import { createOutput, EXIT_FAILED, EXIT_USAGE } from './command-output.ts';
import { CONSOLE_HELP, readConsoleRequest } from './console-request.ts';
import { freshConsoleLink } from './fresh-console-link.ts';

const { refuse, print } = createOutput(process.argv);

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
    else print({ url: link.url, expiresAt: link.expiresAt }, link.url);
  }
}
