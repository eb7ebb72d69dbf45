import { readStackFile } from '@tiffin/stack/stack-file';

type Environment = Readonly<Record<string, string | undefined>>;

const SHORTEST_SECRET_BYTES = 32;

/** The secret tokens are signed with: JWT_SECRET when it is set, else that of the stack that runs on a data folder. */
export const signingSecret = async (
  data: string,
  env: Environment,
): Promise<{ kind: 'secret'; secret: string } | { kind: 'problem'; message: string }> => {
  const given = env.JWT_SECRET?.trim();
  if (given && Buffer.byteLength(given) < SHORTEST_SECRET_BYTES) {
    return {
      kind: 'problem',
      message: `JWT_SECRET is shorter than ${SHORTEST_SECRET_BYTES} bytes; no service would accept it.`,
    };
  }
  if (given) return { kind: 'secret', secret: given };

  const stack = await readStackFile(data);
  if (!stack) {
    const message = `No stack runs on ${data}. Start one (npm start), name its folder (--data DIR), or give JWT_SECRET.`;
    return { kind: 'problem', message };
  }
  const { JWT_SECRET: secret } = stack.secrets;
  return secret
    ? { kind: 'secret', secret }
    : {
        kind: 'problem',
        message: `The stack on ${data} checks tokens with JWT_PUBLIC_KEY; only whoever holds its private key can sign.`,
      };
};
