import type { Variables } from '../aggregation/scope.ts';
import type { Document } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { compileTransformation } from './aggregate.ts';

const ALLOWED = ['$set', '$addFields', '$unset', '$project', '$replaceWith', '$replaceRoot'];

/**
 * Compiles an update given as a pipeline; `constants` are variables of its expressions.
 * @throws CommandError InvalidOptions for stages that are not for updates, and what is wrong with the others.
 */
export const compilePipelineUpdate = (
  stages: readonly Document[],
  constants: Document,
): ((document: Document) => Document) => {
  for (const stage of stages) {
    const [name = ''] = Object.keys(stage);
    if (!ALLOWED.includes(name)) {
      throw new CommandError('InvalidOptions', `${name} is not allowed to be used within an update`);
    }
  }
  const variables: Variables = new Map(Object.entries(constants));
  return compileTransformation(stages, variables);
};
