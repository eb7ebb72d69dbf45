import { compareValues, valuesEqual } from '../bson/compare.ts';
import { encode } from '../bson/encode.ts';
import { type Document, isDocument, numberOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { runPipeline } from '../query/aggregate.ts';
import { runQuery } from '../query/execute.ts';
import { anyAtPath, splitPath } from '../query/path.ts';
import { collectionArgument, documentArgument, documentsArgument, refuseOptions, textArgument } from './arguments.ts';
import type { Command } from './command.ts';
import { explain } from './explain.ts';
import { aliveness } from './find.ts';
import { assertShape } from './shape.ts';

export const aggregate: Command = (body, context) => {
  if (body.explain === true) return explain({ explain: body }, context);
  refuseOptions(body);
  const { store, cursors, database } = context;
  const pipeline = documentsArgument(body, 'pipeline');
  if (!isDocument(body.cursor)) {
    throw new CommandError(
      'FailedToParse',
      "The 'cursor' option is required, except for aggregate with the explain argument",
    );
  }
  const wholeDatabase = typeof body.aggregate !== 'string';
  const name = wholeDatabase ? '$cmd.aggregate' : collectionArgument(body, 'aggregate');
  const collection = wholeDatabase ? undefined : store.catalog.find(database, name);
  const documents = runPipeline(collection, pipeline, (other) => store.catalog.find(database, other));
  return cursors.first(
    {
      namespace: `${database}.${name}`,
      items: encoded(documents),
      alive: aliveness(context, name, collection),
    },
    { batchSize: batchSizeOf(body.cursor) },
  );
};

function* encoded(documents: Iterable<Document>): Generator<Uint8Array> {
  for (const document of documents) yield encode(document);
}

const batchSizeOf = (cursor: Document): number | undefined =>
  cursor.batchSize === undefined ? undefined : Number(numberOf(cursor.batchSize) ?? 0);

/** The different values of a field, in BSON's order; arrays count element by element. */
export const distinct: Command = (body, { store, database }) => {
  const collection = store.catalog.find(database, collectionArgument(body, 'distinct'));
  assertShape(body, 'distinct', { required: { key: 'string' }, optional: { query: 'object', collation: 'object' } });
  refuseOptions(body);
  const path = splitPath(textArgument(body, 'key'));
  const filter = documentArgument(body, 'query');
  if (!collection) return { values: [] };
  const values: Value[] = [];
  for (const { document } of runQuery(collection, { filter })) {
    anyAtPath(document, path, 0, (value) => {
      if (Array.isArray(value)) values.push(...value);
      else if (value !== undefined) values.push(value);
      return false;
    });
  }
  values.sort(compareValues);
  return { values: values.filter((value, index) => index === 0 || !valuesEqual(value, values[index - 1])) };
};
