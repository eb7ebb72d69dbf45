import { Aggregator } from 'mingo/aggregator';
import type { Document } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { aggregationOptions, documentFromPlain, toPlain } from './aggregation-values.ts';

const ALLOWED = ['$set', '$addFields', '$unset', '$project', '$replaceWith', '$replaceRoot'];

/** A document after the stages of an update given as a pipeline. @throws CommandError InvalidOptions for other stages. */
export const transformByPipeline = (document: Document, stages: readonly Document[]): Document => {
  for (const stage of stages) {
    const [name = ''] = Object.keys(stage);
    if (!ALLOWED.includes(name)) {
      throw new CommandError('InvalidOptions', `${name} is not allowed to be used within an update`);
    }
  }
  const pipeline = stages.map((stage) => plainDocument(stage));
  try {
    const before = plainDocument(document);
    const [result] = new Aggregator(pipeline, aggregationOptions).run([before]);
    return keepTypes(documentFromPlain(result ?? {}), document, before, result ?? {});
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(
      'BadValue',
      `Failed to apply an update pipeline: ${error instanceof Error ? error.message : error}`,
    );
  }
};

/** A field the stages passed on unchanged is taken from the document: as a plain value it has lost the type of its numbers. */
const keepTypes = (
  after: Document,
  document: Document,
  before: Record<string, unknown>,
  result: Record<string, unknown>,
): Document => {
  for (const name of Object.keys(after)) {
    const known = document[name];
    if (known !== undefined && Object.hasOwn(before, name) && result[name] === before[name]) after[name] = known;
  }
  return after;
};

const plainDocument = (document: Document): Record<string, unknown> =>
  Object.fromEntries(Object.keys(document).map((name) => [name, toPlain(document[name] ?? null)]));
