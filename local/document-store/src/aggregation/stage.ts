import { type Document, isDocument, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import type { Collection } from '../storage/collection.ts';
import { compileExpression } from './expression.ts';
import type { Compile, Scope, Variables } from './scope.ts';

/** Finds the collections of the same database, for `$lookup` and its kind. */
export type FindCollection = (name: string) => Collection | undefined;

/** Turns the documents of the stage before into its own. */
export type RunStage = (documents: Iterable<Document>) => Iterable<Document>;

/** What a stage has around it. */
export interface Surroundings {
  readonly findCollection: FindCollection;
  readonly variables: Variables;
  /** Runs a pipeline within this one, over a collection. */
  readonly runOn: (
    collection: Collection | undefined,
    pipeline: readonly Document[],
    variables: Variables,
  ) => Iterable<Document>;
  /** Compiles a pipeline within this one, over the documents it has. */
  readonly compileInner: (pipeline: readonly Document[]) => RunStage;
}

/** Compiles a stage, of the name under which it stands in the pipeline. */
export type CompileStage = (operand: Value, surroundings: Surroundings, name: string) => RunStage;

export const compilerFor = ({ variables }: Surroundings): Compile => {
  return (expression, ...names) => compileExpression(expression, [...variables.keys(), ...names]);
};

export const scopeOf = (root: Document, { variables }: Surroundings): Scope => ({ root, variables });

const noStage = (): CommandError =>
  new CommandError('TypeMismatch', "Each element of the 'pipeline' array must be an object");

/** The pipeline a stage takes. `refusal` is for what is no array, `elementRefusal` for what in it is no stage. */
export const pipelineOf = (
  value: Value | undefined,
  refusal: () => CommandError,
  elementRefusal: () => CommandError = noStage,
): readonly Document[] => {
  if (!Array.isArray(value)) throw refusal();
  return value.map((stage) => {
    if (isDocument(stage)) return stage;
    throw elementRefusal();
  });
};

export function* mapped<A, B>(items: Iterable<A>, change: (item: A) => B): Generator<B> {
  for (const item of items) yield change(item);
}
