import type { Document, Value } from '../bson/value.ts';

/** What an expression is computed over: a document, and the variables `$let`, `$map` and their kind have set. */
export interface Scope {
  readonly root: Document;
  readonly variables: Variables;
}

export type Variables = ReadonlyMap<string, Value | undefined>;

/** A compiled expression. Undefined is a missing value, which is not null. */
export type Expression = (scope: Scope) => Value | undefined;

/** Compiles a part of an expression; `names` are the variables it may use beyond those around it. */
export type Compile = (expression: Value, ...names: readonly string[]) => Expression;

/** Makes an operator's expression from what stands behind its name. */
export type Operator = (operand: Value, compile: Compile, name: string) => Expression;

export const withVariable = ({ root, variables }: Scope, name: string, value: Value | undefined): Scope => ({
  root,
  variables: new Map(variables).set(name, value),
});
