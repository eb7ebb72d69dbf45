import type { Variables } from '../aggregation/scope.ts';
import type { Document } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { compileTransformation } from './aggregate.ts';

const ALLOWED = ['$set', '$addFields', '$unset', '$project', '$replaceWith', '$replaceRoot'];

/**
 * Compiles an update given as a pipeline, whose expressions may use the variables.
 * @throws CommandError InvalidOptions for stages that are not for updates, and what is wrong with the others.
 */
export const compilePipelineUpdate = (
  stages: readonly Document[],
  variables: Variables,
): ((document: Document) => Document) => {
  for (const stage of stages) {
    const [name = ''] = Object.keys(stage);
    if (!ALLOWED.includes(name)) {
      throw new CommandError('InvalidOptions', `${name} is not allowed to be used within an update`);
    }
  }
  return compileTransformation(stages, variables);
};
