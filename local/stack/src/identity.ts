import { randomBytes, randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { StartFailed } from './start-failed.ts';

const identity = z.object({ id: z.string().regex(/^[0-9a-f]{12}$/), secrets: z.record(z.string(), z.string()) });

/** Who a data folder is: a name for what it owns elsewhere (its vhost), and the development secrets made for it. */
export type Identity = z.infer<typeof identity>;

const SECRET_BYTES = 48;
const randomText = (bytes: number): string => randomBytes(bytes).toString('base64url');

/** The secrets a stack makes up when the environment has none. Razorpay's key id is public, in the form of its test keys. */
const MADE_UP: Record<string, () => string> = {
  JWT_SECRET: () => randomText(SECRET_BYTES),
  SERVICE_TOKEN_SECRET: () => randomText(SECRET_BYTES),
  RAZORPAY_KEY_ID: () => `rzp_test_${randomBytes(7).toString('hex')}`,
  RAZORPAY_KEY_SECRET: () => randomText(24),
  RAZORPAY_WEBHOOK_SECRETS: () => randomText(SECRET_BYTES),
};

const fileIn = (folder: string): string => join(folder, 'identity.json');

const parse = (text: string): Identity | undefined => {
  try {
    return identity.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

/** The identity a folder has; undefined when it has none yet. Throws StartFailed with the way out when it cannot be read. */
export const readIdentity = async (folder: string): Promise<Identity | undefined> => {
  // Nobody is made anew in its place by itself: what was sent and not delivered waits under the old name.
  const unusable = (what: string) =>
    new StartFailed(
      `${fileIn(folder)} ${what}. Put a copy of it back, or forget all that the folder holds: npm start -- --data ${folder} --fresh`,
    );
  let text: string;
  try {
    text = await readFile(fileIn(folder), 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code === 'ENOENT') return undefined;
    throw unusable(`cannot be read (${code})`);
  }
  const known = parse(text);
  if (!known) throw unusable('is damaged');
  return known;
};

/** A new identity, or a known one with the secrets it does not have yet. */
export const makeIdentity = (known?: Identity): Identity => {
  const made = Object.entries(MADE_UP).map(([name, make]) => [name, known?.secrets[name] ?? make()] as const);
  return { id: known?.id ?? randomBytes(6).toString('hex'), secrets: Object.fromEntries(made) };
};

/** The identity of a folder, made once and kept: tokens and undelivered messages outlive a restart. */
export const ensureIdentity = async (folder: string): Promise<Identity> => {
  const ensured = makeIdentity(await readIdentity(folder));
  // In one step: a start that is killed in the middle of writing must not leave half a name.
  const draft = join(folder, `.identity-${randomUUID()}.json`);
  await writeFile(draft, JSON.stringify(ensured), { mode: 0o600 });
  await rename(draft, fileIn(folder));
  return ensured;
};

type Environment = Readonly<Record<string, string | undefined>>;

const given = async (env: Environment, name: string): Promise<string | undefined> => {
  const file = env[`${name}_FILE`]?.trim();
  if (!file) return env[name]?.trim() || undefined;
  // An unreadable file is the services' to report, with everything else that is wrong.
  return (await readFile(file, 'utf8').catch(() => '')).trim() || undefined;
};

/**
 * The secrets in force, and those of them the children must still be given. What the environment gives wins; with a
 * JWT_PUBLIC_KEY nothing here can sign tokens, and a JWT_SECRET beside it would be refused.
 */
export const secretsInForce = async (
  { secrets }: Identity,
  env: Environment,
): Promise<{ secrets: Record<string, string>; toGive: Record<string, string> }> => {
  const inForce: Record<string, string> = {};
  const toGive: Record<string, string> = {};
  for (const [name, madeUp] of Object.entries(secrets)) {
    if (name === 'JWT_SECRET' && (env.JWT_PUBLIC_KEY?.trim() || env.JWT_PUBLIC_KEY_FILE?.trim())) continue;
    const fromOutside = await given(env, name);
    inForce[name] = fromOutside ?? madeUp;
    if (fromOutside === undefined && !env[`${name}_FILE`]) toGive[name] = madeUp;
  }
  return { secrets: inForce, toGive };
};
