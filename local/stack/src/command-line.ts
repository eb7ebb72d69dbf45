import { type ParseArgsConfig, parseArgs } from 'node:util';

export type Flags = NonNullable<ParseArgsConfig['options']>;
type Strict<Known extends Flags> = { args: string[]; options: Known; strict: true; allowPositionals: false };

/** What a person typed, or one sentence about what is wrong with it. */
export type CommandLine<Known extends Flags> =
  | { kind: 'values'; values: ReturnType<typeof parseArgs<Strict<Known>>>['values'] }
  | { kind: 'problem'; message: string };

/** Reads flags strictly: an unknown one is a problem, since a misspelt `--no-citty` must not start a city. */
export const readCommandLine = <const Known extends Flags>(
  args: readonly string[],
  options: Known,
): CommandLine<Known> => {
  try {
    const config: Strict<Known> = { args: [...args], options, strict: true, allowPositionals: false };
    return { kind: 'values', values: parseArgs(config).values };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Node adds advice about positional arguments after the first sentence; no command here takes any.
    return { kind: 'problem', message: `${error.message.split('. ')[0]?.replace(/\.$/, '')}.` };
  }
};

/** A whole number within bounds, or undefined. */
export const wholeNumber = (text: string, { min, max }: { min: number; max: number }): number | undefined => {
  if (!/^[0-9]{1,9}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
};
