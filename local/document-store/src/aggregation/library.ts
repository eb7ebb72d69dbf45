import { createRequire } from 'node:module';

/** The aggregation library, for what is rare: stages and operators that have no code of their own here. */
export interface Library {
  hasOperator(name: string): boolean;
  hasStage(name: string): boolean;
  /** The value of one operator applied to constants. Throws the library's own errors. */
  evaluate(expression: Record<string, unknown>): unknown;
  /** Runs stages over plain documents; `resolve` reads another collection. Throws the library's own errors. */
  run(
    pipeline: Record<string, unknown>[],
    documents: Record<string, unknown>[],
    resolve: (name: string) => Record<string, unknown>[],
  ): unknown[];
}

const load = createRequire(import.meta.url);

const loadLibrary = (): Library => {
  const { Context, ProcessingMode, evalExpr }: typeof import('mingo/core') = load('mingo/core');
  const { Aggregator }: typeof import('mingo/aggregator') = load('mingo/aggregator');
  const expressions: typeof import('mingo/operators/expression') = load('mingo/operators/expression');
  const stages: typeof import('mingo/operators/pipeline') = load('mingo/operators/pipeline');
  const accumulators: typeof import('mingo/operators/accumulator') = load('mingo/operators/accumulator');
  const projections: typeof import('mingo/operators/projection') = load('mingo/operators/projection');
  const queries: typeof import('mingo/operators/query') = load('mingo/operators/query');
  const windows: typeof import('mingo/operators/window') = load('mingo/operators/window');
  /** It is refused scripts, and neither copies nor changes what it is given. */
  const options = {
    processingMode: ProcessingMode.CLONE_OFF,
    scriptEnabled: false,
    useStrictMode: true,
    idKey: '_id',
    failOnError: true,
    context: Context.init({
      accumulator: { ...accumulators },
      expression: { ...expressions },
      pipeline: { ...stages },
      projection: { ...projections },
      query: { ...queries },
      window: { ...windows },
    }),
  };
  return {
    hasOperator: (name) => Object.hasOwn(expressions, name),
    hasStage: (name) => Object.hasOwn(stages, name),
    evaluate: (expression) => evalExpr({}, expression, options),
    run: (pipeline, documents, resolve) =>
      new Aggregator(pipeline, { ...options, collectionResolver: resolve }).run(documents),
  };
};

let loaded: Library | undefined;

/** Loaded when it is first needed: reading its hundreds of files takes longer than everything else about a start. */
export const library = (): Library => {
  loaded ??= loadLibrary();
  return loaded;
};
