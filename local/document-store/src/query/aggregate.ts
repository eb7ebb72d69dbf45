import { documents, facet, replaceRoot, replaceWith, sample, unwind } from '../aggregation/document-stages.ts';
import { startVariables } from '../aggregation/expression.ts';
import { bucket, group, isPlainCount, sortByCount } from '../aggregation/group-stages.ts';
import { lookup, unionWith } from '../aggregation/joining-stages.ts';
import { library } from '../aggregation/library.ts';
import { addFields, project, unset } from '../aggregation/projection-stages.ts';
import type { Variables } from '../aggregation/scope.ts';
import {
  type CompileStage,
  type FindCollection,
  mapped,
  type RunStage,
  type Surroundings,
} from '../aggregation/stage.ts';
import { type Document, isDocument, numberOf, type Value } from '../bson/value.ts';
import { CommandError, unsupported } from '../command-error.ts';
import type { Collection } from '../storage/collection.ts';
import { documentFromPlain, toPlain } from './aggregation-values.ts';
import { bindVariables } from './bind-variables.ts';
import { countQuery, runQuery } from './execute.ts';
import { geoNear } from './geo-near.ts';
import { compileFilter } from './match.ts';
import { compareBy, readSort, type SortField } from './sort.ts';

/**
 * Runs an aggregation pipeline. What is wrong with it is told before the first document is read. Values keep their types, but
 * in the rarer stages, which the aggregation library does: for it, int64 and Decimal128 are doubles.
 * @throws CommandError Location40324 for an unknown stage, Location40573 for change streams, IllegalOperation for stages that write.
 */
export const runPipeline = (
  collection: Collection | undefined,
  pipeline: readonly Document[],
  findCollection: FindCollection,
  variables: Variables = startVariables(),
): Iterable<Document> => {
  const surroundings = around(findCollection, variables);
  const stages = pipeline.map(readStage);
  const { source, rest } = startOf(collection, stages, surroundings);
  return compileStages(rest, surroundings)(source());
};

const around = (findCollection: FindCollection, variables: Variables): Surroundings => {
  const surroundings: Surroundings = {
    findCollection,
    variables,
    runOn: (collection, pipeline, inner) => runPipeline(collection, pipeline, findCollection, inner),
    compileInner: (pipeline) => compileStages(pipeline.map(readStage), surroundings),
  };
  return surroundings;
};

/** Compiles stages that need no collection of their own, for the updates given as a pipeline with its own variables. */
export const compileTransformation = (
  pipeline: readonly Document[],
  variables: Variables,
): ((document: Document) => Document) => {
  const run = compileStages(
    pipeline.map(readStage),
    around(() => undefined, new Map([...startVariables(), ...variables])),
  );
  return (document) => {
    const [result] = run([document]);
    return result ?? {};
  };
};

const compileStages = (stages: readonly Stage[], surroundings: Surroundings): RunStage => {
  const runs = stages.map((stage) => compileStage(stage, surroundings));
  return (documents) => runs.reduce((given, run) => run(given), documents);
};

interface Stage {
  readonly name: string;
  readonly operand: Value;
}

const WRITING = ['$out', '$merge'];

const readStage = (stage: Document): Stage => {
  const [name = '', ...others] = Object.keys(stage);
  if (others.length > 0 || name === '') {
    throw new CommandError('Location40323', 'A pipeline stage specification object must contain exactly one field.');
  }
  if (name === '$changeStream') {
    throw new CommandError(
      'Location40573',
      'The $changeStream stage is only supported on replica sets: set MONGODB_URL to a real MongoDB replica set to use it',
    );
  }
  if (WRITING.includes(name)) throw unsupported(`the stage ${name}`);
  return { name, operand: stage[name] ?? null };
};

interface Start {
  readonly source: () => Iterable<Document>;
  readonly rest: readonly Stage[];
}

/** Where the documents come from: the first stages are answered by a query, if they can be. */
const startOf = (collection: Collection | undefined, stages: readonly Stage[], surroundings: Surroundings): Start => {
  const [first, second, ...others] = stages;
  if (first?.name === '$documents') return { source: () => [{}], rest: stages };
  if (first?.name === '$geoNear') {
    const find = geoNear(first.operand);
    return { source: () => (collection ? find(collection) : []), rest: stages.slice(1) };
  }
  if (!collection) return { source: () => [], rest: stages };
  if (first?.name !== '$match') return { source: () => found(collection, {}), rest: stages };
  const filter = matchFilter(first.operand, surroundings);
  if (second && onlyCounts(second)) {
    const count = (): Iterable<Document> => Array.from({ length: countQuery(collection, { filter }) }, () => ({}));
    return { source: count, rest: stages.slice(1) };
  }
  if (second?.name !== '$sort') return { source: () => found(collection, filter), rest: stages.slice(1) };
  const sort = sortFields(second.operand);
  return { source: () => found(collection, filter, sort), rest: others };
};

const found = (collection: Collection, filter: Document, sort: readonly SortField[] = []): Iterable<Document> =>
  mapped(runQuery(collection, { filter, sort }), ({ document }) => document);

/** Whether a stage looks at no field of the documents it is given. */
const onlyCounts = ({ name, operand }: Stage): boolean =>
  name === '$count' || (name === '$group' && isPlainCount(operand));

/** The filter of `$match`. @throws CommandError Location15959, and Location5626500 for `$near`, which orders what it finds. */
const matchFilter = (operand: Value, { variables }: Surroundings): Document => {
  if (!isDocument(operand)) {
    throw new CommandError('Location15959', 'the match filter must be an expression in an object');
  }
  assertNoNear(operand);
  const filter = bindVariables(operand, variables);
  compileFilter(filter);
  return filter;
};

const assertNoNear = (filter: Document): void => {
  for (const name of Object.keys(filter)) {
    const condition = filter[name];
    if (Array.isArray(condition) && name.startsWith('$')) {
      for (const clause of condition) if (isDocument(clause)) assertNoNear(clause);
    } else if (
      isDocument(condition) &&
      ('$near' in condition || '$nearSphere' in condition || '$geoNear' in condition)
    ) {
      throw new CommandError(
        'Location5626500',
        '$geoNear, $near, and $nearSphere are not allowed in this context, as these operators require sorting geospatial data. If you do not need sort, consider using $geoWithin instead.',
      );
    }
  }
};

const match: CompileStage = (operand, surroundings) => {
  const matches = compileFilter(matchFilter(operand, surroundings));
  return function* (given) {
    for (const document of given) if (matches(document)) yield document;
  };
};

const sortFields = (operand: Value): SortField[] => {
  if (!isDocument(operand)) {
    throw new CommandError('Location15973', 'the $sort key specification must be an object');
  }
  const names = Object.keys(operand);
  if (names.length === 0) throw new CommandError('Location15976', '$sort stage must have at least one sort key');
  for (const name of names) {
    const order = operand[name];
    if (isDocument(order)) continue; // $meta, which is refused by name
    const number = numberOf(order);
    if (number === undefined) throw new CommandError('Location15974', `Illegal key in $sort specification: ${name}`);
    if (Number(number) !== 1 && Number(number) !== -1) {
      throw new CommandError('Location15975', '$sort key ordering must be 1 (for ascending) or -1 (for descending)');
    }
  }
  return readSort(operand);
};

const sort: CompileStage = (operand) => {
  const compare = compareBy(sortFields(operand));
  return (given) => [...given].sort(compare);
};

const whole = (operand: Value, code: 'Location5107200' | 'Location5107201', name: string): number => {
  const number = Number(numberOf(operand) ?? Number.NaN);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new CommandError(code, `invalid argument to ${name} stage: Expected a non-negative integer`);
};

const limit: CompileStage = (operand, _, name) => {
  const most = whole(operand, 'Location5107201', name);
  if (most === 0) throw new CommandError('Location15958', 'the limit must be positive');
  return (given) => slice(given, 0, most);
};

const skip: CompileStage = (operand, _, name) => {
  const passed = whole(operand, 'Location5107200', name);
  return (given) => slice(given, passed, Number.POSITIVE_INFINITY);
};

function* slice(given: Iterable<Document>, passed: number, most: number): Generator<Document> {
  let seen = 0;
  for (const document of given) {
    seen += 1;
    if (seen > passed) yield document;
    if (seen === passed + most) return;
  }
}

const count: CompileStage = (operand, surroundings, name) => {
  if (typeof operand !== 'string')
    throw new CommandError('Location40156', 'the count field must be a non-empty string');
  if (operand === '') throw new CommandError('Location40157', 'the count field must be a non-empty string');
  if (operand.startsWith('$')) throw new CommandError('Location40158', 'the count field cannot be a $-prefixed path');
  if (operand.includes('.')) throw new CommandError('Location40160', "the count field cannot contain '.'");
  if (operand === '_id') throw new CommandError('Location15948', "a group's _id may only be specified once");
  const counted = group({ _id: null, [operand]: { $sum: 1 } }, surroundings, name);
  const shown = project({ _id: 0 }, surroundings, name);
  return (given) => shown(counted(given));
};

const STAGES: ReadonlyMap<string, CompileStage> = new Map(
  Object.entries({
    $match: match,
    $sort: sort,
    $limit: limit,
    $skip: skip,
    $count: count,
    $project: project,
    $addFields: addFields,
    $set: addFields,
    $unset: unset,
    $group: group,
    $sortByCount: sortByCount,
    $bucket: bucket,
    $unwind: unwind,
    $replaceRoot: replaceRoot,
    $replaceWith: replaceWith,
    $facet: facet,
    $lookup: lookup,
    $unionWith: unionWith,
    $documents: documents,
    $sample: sample,
  }),
);

const compileStage = ({ name, operand }: Stage, surroundings: Surroundings): RunStage => {
  if (name === '$geoNear') {
    throw new CommandError('Location40602', '$geoNear is only valid as the first stage in a pipeline.');
  }
  const compile = STAGES.get(name) ?? compileInLibrary;
  return compile(operand, surroundings, name);
};

/** A stage of the aggregation library. */
const compileInLibrary: CompileStage = (operand, { findCollection }, name) => {
  if (!library().hasStage(name)) {
    throw new CommandError('Location40324', `Unrecognized pipeline stage name: '${name}'`);
  }
  const collectionResolver = (other: string): Record<string, unknown>[] => {
    const collection = findCollection(other);
    return collection ? [...found(collection, {})].map(plainDocument) : [];
  };
  const pipeline = [{ [name]: toPlain(operand) }];
  return function* (given) {
    let results: unknown[];
    try {
      results = library().run(pipeline, [...given].map(plainDocument), collectionResolver);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CommandError('BadValue', `PlanExecutor error during aggregation :: caused by :: ${reason}`);
    }
    for (const result of results) yield documentFromPlain(result);
  };
};

const plainDocument = (document: Document): Record<string, unknown> =>
  Object.fromEntries(Object.keys(document).map((name) => [name, toPlain(document[name] ?? null)]));
