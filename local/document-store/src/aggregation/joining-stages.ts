import { BSONRegExp } from 'bson';
import { valuesEqual } from '../bson/compare.ts';
import { type Document, isDocument, typeNameOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { assertVariableName } from './conditions.ts';
import { replaced } from './document-stages.ts';
import { compileExpression } from './expression.ts';
import type { Expression } from './scope.ts';
import { type CompileStage, compilerFor, mapped, pipelineOf, scopeOf } from './stage.ts';

/** The stages that read other collections. */

const LOOKUP_FIELDS = ['from', 'as', 'localField', 'foreignField', 'let', 'pipeline'];

const failed = (message: string): CommandError => new CommandError('FailedToParse', message);

interface Lookup {
  readonly from: string;
  readonly as: readonly string[];
  readonly fields: { readonly local: Expression; readonly foreign: string } | undefined;
  readonly variables: readonly (readonly [string, Value])[];
  readonly pipeline: readonly Document[];
}

const textOf = (operand: Document, field: string): string | undefined => {
  const value = operand[field];
  if (value === undefined || typeof value === 'string') return value;
  throw failed(`$lookup argument '${field}' must be a string, found ${field}: ${typeNameOf(value)}`);
};

const readLookup = (operand: Value): Lookup => {
  if (!isDocument(operand))
    throw failed(`the $lookup stage specification must be an object, but found ${typeNameOf(operand)}`);
  const unknown = Object.keys(operand).find((field) => !LOOKUP_FIELDS.includes(field));
  if (unknown !== undefined) throw failed(`unknown argument to $lookup: ${unknown}`);
  const [from, as, local, foreign] = ['from', 'as', 'localField', 'foreignField'].map((field) =>
    textOf(operand, field),
  );
  const { let: variables = {}, pipeline } = operand;
  if (!isDocument(variables))
    throw failed(`$lookup argument 'let' must be an object, is type ${typeNameOf(variables)}`);
  if (from === undefined) throw failed("must specify 'from' field for a $lookup");
  if (as === undefined) throw failed("must specify 'as' field for a $lookup");
  if ((local === undefined) !== (foreign === undefined)) {
    throw failed("$lookup requires both or neither of 'localField' and 'foreignField' to be specified");
  }
  if (local === undefined && pipeline === undefined) {
    throw failed("$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified");
  }
  return {
    from,
    as: as.split('.'),
    fields:
      local === undefined || foreign === undefined ? undefined : { local: compileExpression(`$${local}`), foreign },
    variables: Object.keys(variables).map((name) => [name, variables[name] ?? null]),
    pipeline:
      pipeline === undefined
        ? []
        : pipelineOf(pipeline, () => failed("'pipeline' option must be specified as an array")),
  };
};

export const lookup: CompileStage = (operand, surroundings) => {
  const { from, as, fields, variables, pipeline } = readLookup(operand);
  const compile = compilerFor(surroundings);
  const bound = variables.map(([name, value]): [string, Expression] => {
    assertVariableName(name);
    return [name, compile(value)];
  });
  const find = (document: Document): Document[] => {
    const scope = scopeOf(document, surroundings);
    const join = fields ? [{ $match: joinFilter(fields.foreign, fields.local(scope)) }] : [];
    const inner = new Map(surroundings.variables);
    for (const [name, evaluate] of bound) inner.set(name, evaluate(scope));
    const found = [...surroundings.runOn(surroundings.findCollection(from), [...join, ...pipeline], inner)];
    return found;
  };
  return (documents) => mapped(documents, (document) => replaced(document, as, find(document)));
};

/** The filter of the foreign documents: a missing local field is null, an array stands for each of its elements. */
const joinFilter = (foreign: string, local: Value | undefined): Document => {
  const values = Array.isArray(local) ? local : [local ?? null];
  const [regexes, others] = [true, false].map((wanted) =>
    values.filter((value) => value instanceof BSONRegExp === wanted),
  );
  const conditions = (regexes ?? []).map((regex) => ({ [foreign]: { $eq: regex } }));
  const listed = { [foreign]: { $in: (others ?? []).filter(isFirst) } };
  return conditions.length === 0 ? listed : { $or: [listed, ...conditions] };
};

const isFirst = (value: Value, index: number, values: readonly Value[]): boolean =>
  values.findIndex((other) => valuesEqual(other, value)) === index;

export const unionWith: CompileStage = (operand, surroundings) => {
  const named: Document = isDocument(operand) ? operand : { coll: operand };
  const { coll, pipeline = [] } = named;
  if (typeof coll !== 'string')
    throw failed(`the $unionWith stage needs the name of a collection, but found ${typeNameOf(coll)}`);
  const inner = pipelineOf(pipeline, () => new CommandError('TypeMismatch', "'$unionWith.pipeline' must be an array"));
  return function* (documents) {
    yield* documents;
    yield* surroundings.runOn(surroundings.findCollection(coll), inner, surroundings.variables);
  };
};
