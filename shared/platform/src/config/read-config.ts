import { readFileSync } from 'node:fs';
import type * as z from 'zod';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import { isPlaceholderSecret } from './placeholder-secret.ts';
import { factsOf } from './setting.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const FILE_SUFFIX = '_FILE';

/** The text of one variable: itself, or the file its `_FILE` twin names (as container secrets come). Empty means absent. */
const readText = (name: string, env: Environment, problems: ConfigProblem[]): string | undefined => {
  const text = env[name]?.trim() || undefined;
  const file = env[name + FILE_SUFFIX]?.trim();
  if (!file) return text;
  if (text !== undefined) {
    problems.push({ name, problem: `is given twice, also as ${name}${FILE_SUFFIX}`, fix: 'keep one of the two' });
    return undefined;
  }
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const fix = 'name a file this process can read';
    problems.push({ name: name + FILE_SUFFIX, problem: `the file cannot be read (${code})`, fix });
    return undefined;
  }
};

const expectation = (schema: unknown): string => {
  const { expected } = factsOf(schema);
  return expected ? `give ${expected}` : 'see .env.example';
};

const checkAlternatives = (
  shape: z.core.$ZodShape,
  given: Readonly<Record<string, string>>,
  problems: ConfigProblem[],
) => {
  for (const [name, schema] of Object.entries(shape)) {
    const other = factsOf(schema).insteadOf;
    if (!other || problems.some((known) => known.name === name || known.name === other)) continue;
    if (given[name] === undefined && given[other] === undefined) {
      problems.push({ name, problem: 'is missing', fix: `${expectation(schema)}, or ${other} instead` });
    }
    if (given[name] !== undefined && given[other] !== undefined) {
      problems.push({ name, problem: `is given together with ${other}`, fix: 'keep one of the two' });
    }
  }
};

const checkSecrets = (shape: z.core.$ZodShape, given: Readonly<Record<string, string>>, problems: ConfigProblem[]) => {
  const ownerOf = new Map<string, string>();
  for (const [name, schema] of Object.entries(shape)) {
    const text = given[name];
    if (text === undefined || !factsOf(schema).secret) continue;
    for (const secret of text.split(',')) {
      const value = secret.trim();
      const owner = ownerOf.get(value);
      ownerOf.set(value, name);
      if (owner !== undefined) {
        const problem = owner === name ? 'holds the same secret twice' : `has the same value as ${owner}`;
        problems.push({ name, problem, fix: 'make a secret of its own for each purpose' });
      } else if (isPlaceholderSecret(value)) {
        problems.push({ name, problem: 'is a placeholder', fix: 'make one with `openssl rand -base64 48`' });
      }
    }
  }
};

/**
 * The configuration of a process, read once at its start.
 *
 * Every variable of `schema` comes from `env` or from the file its `_FILE` twin names; defaults are those of `setting`, in
 * production only the ones marked for it. Throws one ConfigError with every problem; no message contains a value.
 */
export const readConfig = <Shape extends z.core.$ZodLooseShape>(
  schema: z.ZodObject<Shape>,
  env: Environment,
  { production }: { production: boolean },
): z.output<z.ZodObject<Shape>> => {
  const problems: ConfigProblem[] = [];
  const given: Record<string, string> = {};
  for (const [name, part] of Object.entries(schema.shape)) {
    const facts = factsOf(part);
    const text = readText(name, env, problems) ?? (production ? facts.production : facts.development);
    if (text !== undefined) given[name] = text;
  }
  // A variable whose text could not be read has its problem already; "missing" would be the second one for one mistake.
  const known = new Set(problems.map(({ name }) => name.replace(/_FILE$/, '')));

  const parsed = schema.safeParse(given);
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0] ?? 'configuration');
    if (known.has(name)) continue;
    known.add(name);
    const problem = given[name] === undefined ? 'is missing' : `is not valid (${issue.message})`;
    problems.push({ name, problem, fix: expectation(schema.shape[name]) });
  }
  checkAlternatives(schema.shape, given, problems);
  if (production) checkSecrets(schema.shape, given, problems);

  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return parsed.data;
};
