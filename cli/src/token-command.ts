import { signUserToken } from '@tiffin/platform/auth/tokens';
import { createOutput, EXIT_FAILED, EXIT_USAGE } from './command-output.ts';
import { signingSecret } from './signing-secret.ts';
import { readTokenRequest, TOKEN_HELP, type TokenRequest } from './token-request.ts';

const { env } = process;
const { refuse, print } = createOutput(process.argv);

const printToken = ({ role, sub, name, ttlSeconds }: TokenRequest, secret: string): void => {
  const token = signUserToken({ secret, role, sub, name, ttlSeconds });
  print({ token, role, sub, ttlSeconds }, token);
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
    else printToken(request, found.secret);
  }
}
