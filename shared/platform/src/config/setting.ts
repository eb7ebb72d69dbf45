import * as z from 'zod';

/** What a configuration variable is besides its value. */
export type SettingFacts = {
  /** The text taken when the variable is absent, outside production. */
  development?: string;
  /** The same in production. Rare: a deployment says what it wants, or stops. */
  production?: string;
  /** How the value should look, for the error message. */
  expected?: string;
  /** Never shown; refused in production when it is a placeholder or used twice. */
  secret?: boolean;
  /** Exactly one of this variable and the named one is given. */
  insteadOf?: string;
};

const facts = z.registry<SettingFacts>();

/** Attaches facts to a schema and returns it, so that a variable and its default stand in one line. */
export const setting = <Schema extends z.ZodType>(schema: Schema, more: SettingFacts): Schema => {
  const merged = { ...facts.get(schema), ...more };
  // The clone keeps a schema shared by two variables from sharing their defaults.
  const own = schema.clone();
  facts.add(own, merged);
  return own;
};

export const factsOf = (schema: unknown): SettingFacts =>
  schema instanceof z.ZodType
    ? { ...(schema instanceof z.ZodOptional && factsOf(schema.unwrap())), ...facts.get(schema) }
    : {};
