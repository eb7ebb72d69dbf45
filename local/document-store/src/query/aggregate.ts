import { Aggregator } from 'mingo/aggregator';
import { type Document, double, fieldOf, isDocument, numberOf, setField, type Value } from '../bson/value.ts';
import { CommandError, unsupported } from '../command-error.ts';
import { readPoint } from '../geo/geojson.ts';
import { distanceOf, type Near } from '../geo/near.ts';
import type { Collection } from '../storage/collection.ts';
import { addNumbers } from '../update/arithmetic.ts';
import { aggregationOptions, documentFromPlain, toPlain } from './aggregation-values.ts';
import { countQuery, runQuery } from './execute.ts';
import { distanceTo, findNear } from './find-near.ts';
import { compileFilter } from './match.ts';
import { splitPath, valueAt } from './path.ts';
import { compileProjection } from './projection.ts';
import { compareBy, readSort } from './sort.ts';

/** Finds the collections of the same database, for `$lookup` and its kind. */
export type FindCollection = (name: string) => Collection | undefined;

/**
 * Runs an aggregation pipeline. Filtering, ordering, counting and geography are done here, by BSON's rules and with indexes; the
 * other stages by the aggregation library, for which int64 and Decimal128 become doubles.
 * @throws CommandError Location40324 for an unknown stage, Location40573 for change streams, IllegalOperation for stages that write.
 */
export const runPipeline = (
  collection: Collection | undefined,
  pipeline: readonly Document[],
  findCollection: FindCollection,
): Iterable<Document> => {
  const stages = pipeline.map(readStage);
  const { source, rest } = startOf(collection, stages);
  return rest.reduce((documents, stage) => runStage(documents, stage, findCollection), source);
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

const startOf = (
  collection: Collection | undefined,
  stages: readonly Stage[],
): { source: Iterable<Document>; rest: readonly Stage[] } => {
  const [first, second, ...others] = stages;
  if (first?.name === '$documents') return { source: [{}], rest: stages };
  if (!collection) return { source: [], rest: stages.filter(({ name }) => name !== '$geoNear') };
  if (first?.name === '$geoNear') return { source: geoNear(collection, first.operand), rest: stages.slice(1) };
  if (first?.name !== '$match') return { source: documentsOf(collection, {}), rest: stages };
  const filter = documentOperand(first);
  if (second && onlyCounts(second)) {
    compileFilter(filter); // refuses $near, which may not stand in $match
    return { source: Array.from({ length: countQuery(collection, { filter }) }, () => ({})), rest: stages.slice(1) };
  }
  if (second?.name !== '$sort') return { source: documentsOf(collection, filter), rest: stages.slice(1) };
  const sort = readSort(second.operand);
  return { source: map(runQuery(collection, { filter, sort }), ({ document }) => document), rest: others };
};

/** Whether a stage looks at no field of the documents it is given. */
const onlyCounts = ({ name, operand }: Stage): boolean =>
  name === '$count' || (name === '$group' && isPlainCount(operand));

const documentsOf = (collection: Collection, filter: Document): Iterable<Document> => {
  compileFilter(filter); // refuses $near, which may not stand in $match
  return map(runQuery(collection, { filter }), ({ document }) => document);
};

function* map<A, B>(items: Iterable<A>, change: (item: A) => B): Generator<B> {
  for (const item of items) yield change(item);
}

const documentOperand = ({ name, operand }: Stage): Document => {
  if (isDocument(operand)) return operand;
  throw new CommandError('Location15959', `the ${name} filter must be an expression in an object`);
};

const countOperand = ({ name, operand }: Stage): number => {
  const number = Number(numberOf(operand) ?? Number.NaN);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new CommandError('Location5107201', `invalid argument to ${name} stage: Expected a non-negative integer`);
};

const runStage = (documents: Iterable<Document>, stage: Stage, findCollection: FindCollection): Iterable<Document> => {
  switch (stage.name) {
    case '$match': {
      const matches = compileFilter(documentOperand(stage));
      return filter(documents, matches);
    }
    case '$sort': {
      const compare = compareBy(readSort(stage.operand));
      return [...documents].sort(compare);
    }
    case '$limit':
      return slice(documents, 0, countOperand(stage));
    case '$skip':
      return slice(documents, countOperand(stage), Number.POSITIVE_INFINITY);
    case '$count':
      return countStage(documents, String(stage.operand));
    case '$geoNear':
      throw new CommandError('Location40602', '$geoNear is only valid as the first stage in a pipeline.');
    case '$project':
      return runProject(documents, stage, findCollection);
    case '$group':
      return isPlainCount(stage.operand)
        ? countGroup(documents, stage.operand)
        : runInLibrary(documents, stage, findCollection);
    default:
      return runInLibrary(documents, stage, findCollection);
  }
};

function* filter(documents: Iterable<Document>, matches: (document: Document) => boolean): Generator<Document> {
  for (const document of documents) if (matches(document)) yield document;
}

function* slice(documents: Iterable<Document>, skip: number, limit: number): Generator<Document> {
  if (limit === 0) return;
  let seen = 0;
  for (const document of documents) {
    seen += 1;
    if (seen > skip) yield document;
    if (seen === skip + limit) return;
  }
}

function* countStage(documents: Iterable<Document>, name: string): Generator<Document> {
  let count = 0;
  for (const _ of documents) count += 1;
  if (count > 0) yield { [name]: count };
}

/** Plain inclusions and exclusions keep every type; anything computed goes to the library. */
const runProject = (
  documents: Iterable<Document>,
  stage: Stage,
  findCollection: FindCollection,
): Iterable<Document> => {
  const operand = documentOperand(stage);
  const plain = Object.values(operand).every((value) => typeof value === 'boolean' || numberOf(value) !== undefined);
  const projector = plain ? compileProjection(operand) : undefined;
  if (!projector) return runInLibrary(documents, stage, findCollection);
  return map(documents, (document) => projector(document, undefined));
};

/** `{ $group: { _id: 1, n: { $sum: 1 } } }`, which is how drivers count. */
const isPlainCount = (operand: Value): operand is Document => {
  if (!isDocument(operand) || isDocument(operand._id) || typeof operand._id === 'string') return false;
  return Object.keys(operand).every((name) => {
    const accumulator = operand[name];
    return (
      name === '_id' ||
      (isDocument(accumulator) && Object.keys(accumulator).length === 1 && typeof accumulator.$sum === 'number')
    );
  });
};

function* countGroup(documents: Iterable<Document>, operand: Document): Generator<Document> {
  let count = 0;
  for (const _ of documents) count += 1;
  if (count === 0) return;
  const result: Document = { _id: operand._id ?? null };
  for (const name of Object.keys(operand)) {
    const accumulator = operand[name];
    if (name !== '_id' && isDocument(accumulator)) result[name] = sumOf(count, accumulator.$sum);
  }
  yield result;
}

const sumOf = (count: number, each: Value | undefined): Value =>
  typeof each === 'number' && Number.isInteger(each) ? addNumbers(count * each, 0) : double(count * Number(each));

function* runInLibrary(
  documents: Iterable<Document>,
  stage: Stage,
  findCollection: FindCollection,
): Generator<Document> {
  const plain = [...documents].map((document) => plainDocument(document));
  const collectionResolver = (name: string): Record<string, unknown>[] => {
    const collection = findCollection(name);
    return collection ? [...runQuery(collection, { filter: {} })].map(({ document }) => plainDocument(document)) : [];
  };
  let results: unknown[];
  try {
    const options = { ...aggregationOptions, collectionResolver };
    results = new Aggregator([{ [stage.name]: toPlain(stage.operand) }], options).run(plain);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (/unregistered pipeline operator/.test(reason)) {
      throw new CommandError('Location40324', `Unrecognized pipeline stage name: '${stage.name}'`);
    }
    throw new CommandError('BadValue', `PlanExecutor error during aggregation :: caused by :: ${reason}`);
  }
  for (const result of results) yield documentFromPlain(result);
}

const plainDocument = (document: Document): Record<string, unknown> =>
  Object.fromEntries(Object.keys(document).map((name) => [name, toPlain(document[name] ?? null)]));

function* geoNear(collection: Collection, operand: Value): Generator<Document> {
  if (!isDocument(operand)) throw new CommandError('TypeMismatch', '$geoNear requires an object');
  const { distanceField, includeLocs, query } = operand;
  const near = readNear(collection, operand);
  const multiplier = Number(numberOf(operand.distanceMultiplier) ?? 1);
  for (const { document } of findNear(collection, near, isDocument(query) ? query : {}, {
    wanted: Number.POSITIVE_INFINITY,
  })) {
    const location = valueAt(document, splitPath(near.path));
    let result = document;
    if (typeof distanceField === 'string') {
      result = withField(result, distanceField, double(distanceTo(near, location) * multiplier));
    }
    if (typeof includeLocs === 'string') result = withField(result, includeLocs, location ?? null);
    yield result;
  }
}

const readNear = (collection: Collection, operand: Document): Near => {
  const { near, key } = operand;
  const center = readPoint(near);
  if (!center) throw new CommandError('BadValue', '$geoNear needs near: a GeoJSON Point');
  const fields = collection.indexes.flatMap(({ definition }) => definition.geoField?.name ?? []);
  const path = typeof key === 'string' ? key : fields[0];
  if (path === undefined)
    throw new CommandError('IndexNotFound', '$geoNear requires a 2d or 2dsphere index, but none were found');
  return {
    path,
    center,
    minimum: distanceOf('minDistance', operand.minDistance, 0),
    maximum: distanceOf('maxDistance', operand.maxDistance, Number.POSITIVE_INFINITY),
  };
};

const withField = (document: Document, path: string, value: Value): Document => {
  const [name = '', ...rest] = path.split('.');
  const below = fieldOf(document, name);
  const result = { ...document };
  setField(result, name, rest.length === 0 ? value : withField(isDocument(below) ? below : {}, rest.join('.'), value));
  return result;
};
