import { type ParseArgsConfig, parseArgs } from 'node:util';

export type Flags = NonNullable<ParseArgsConfig['options']>;
type Strict<Known extends Flags> = { args: string[]; options: Known; strict: true; allowPositionals: false };

/** What a person typed, or one sentence about what is wrong with it. */
export type CommandLine<Known extends Flags> =
  | { kind: 'values'; values: ReturnType<typeof parseArgs<Strict<Known>>>['values'] }
  | { kind: 'problem'; message: string };

/**
 * Reads flags strictly: an unknown one is a problem, since a misspelt `--no-citty` must not start a city, and so is one that stands there
 * twice. A value may begin with a dash, as `--ttl -1` does, so that whoever knows what the flag takes can say it.
 */
export const readCommandLine = <const Known extends Flags>(
  args: readonly string[],
  options: Known,
): CommandLine<Known> => {
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const seen = new Set<string>();
  for (const token of tokens) {
    const message = problemWith(token, options, seen);
    if (message !== undefined) return { kind: 'problem', message };
  }
  // Node refuses a value with a dash of its own, in three lines, unless it is written with an equals sign.
  const written = tokens.flatMap((token) => {
    if (token.kind !== 'option') return [];
    return token.value === undefined ? token.rawName : `--${token.name}=${token.value}`;
  });
  const config: Strict<Known> = { args: written, options, strict: true, allowPositionals: false };
  return { kind: 'values', values: parseArgs(config).values };
};

type Token =
  | { kind: 'option'; name: string; rawName: string; value?: string | undefined; inlineValue?: boolean | undefined }
  | { kind: 'positional'; value: string }
  | { kind: 'option-terminator' };

/** One sentence about what cannot be meant; undefined when nothing is wrong with it. Remembers which flags it has seen. */
const problemWith = (token: Token, options: Flags, seen: Set<string>): string | undefined => {
  if (token.kind === 'option-terminator') return undefined;
  if (token.kind === 'positional') return `No flag takes ${token.value}.`;
  const { name, rawName, value, inlineValue } = token;
  const known = Object.hasOwn(options, name) ? options[name] : undefined;
  if (!known) return `Unknown option '${rawName}'.`;
  if (seen.has(name)) return `--${name} stands there twice.`;
  seen.add(name);
  if (known.type === 'boolean') return value === undefined ? undefined : `--${name} takes no value.`;
  // Another flag where the value should be: the value was forgotten.
  const isForgotten = value === undefined || (inlineValue === false && value.startsWith('--'));
  return isForgotten ? `--${name} needs a value.` : undefined;
};

/** A whole number within bounds, or undefined. */
export const wholeNumber = (text: string, { min, max }: { min: number; max: number }): number | undefined => {
  if (!/^[0-9]{1,9}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
};

/** What is said to whoever gave something else. */
export const wantsWholeNumber = (flag: string, { min, max }: { min: number; max: number }): string =>
  `${flag} takes a whole number from ${min} to ${max}.`;
