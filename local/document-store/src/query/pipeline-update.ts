import type { Document } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { compileTransformation } from './aggregate.ts';

const ALLOWED = ['$set', '$addFields', '$unset', '$project', '$replaceWith', '$replaceRoot'];

/** A document after the stages of an update given as a pipeline. @throws CommandError InvalidOptions for other stages. */
export const transformByPipeline = (document: Document, stages: readonly Document[]): Document => {
  for (const stage of stages) {
    const [name = ''] = Object.keys(stage);
    if (!ALLOWED.includes(name)) {
      throw new CommandError('InvalidOptions', `${name} is not allowed to be used within an update`);
    }
  }
  return compileTransformation(stages)(document);
};
