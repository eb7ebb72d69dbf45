import { signUserToken } from '@tiffin/platform/auth/tokens';
import { signingSecret } from './signing-secret.ts';
import { readTokenRequest, TOKEN_HELP, type TokenRequest } from './token-request.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

const { env } = process;
const json = process.argv.includes('--json');

const refuse = (message: string, code: number): never => {
  if (json) console.log(JSON.stringify({ event: 'problem', message }));
  else console.error(message);
  return process.exit(code);
};

const print = ({ role, sub, name, ttlSeconds }: TokenRequest, secret: string): void => {
  const token = signUserToken({ secret, role, sub, name, ttlSeconds });
  console.log(json ? JSON.stringify({ token, role, sub, ttlSeconds }) : token);
};

if (env.NODE_ENV === 'production') {
  refuse('npm run token makes tokens for development; it does not run with NODE_ENV=production.', EXIT_FAILED);
}
const request = readTokenRequest(process.argv.slice(2));
switch (request.kind) {
  case 'help':
    console.log(TOKEN_HELP);
    break;
  case 'problem':
    refuse(request.message, EXIT_USAGE);
    break;
  case 'request': {
    const found = await signingSecret(request.data, env);
    if (found.kind === 'problem') refuse(found.message, EXIT_FAILED);
    else print(request, found.secret);
  }
}
