import { type Document, isDocument, numberOf, setField, typeNameOf, type Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import type { Expression } from './scope.ts';
import {
  type CompileStage,
  compilerFor,
  mapped,
  pipelineOf,
  type RunStage,
  type Surroundings,
  scopeOf,
} from './stage.ts';

/** The stages that take a document apart, or put another in its place. */

interface Unwinding {
  readonly path: readonly string[];
  readonly indexPath: readonly string[] | undefined;
  readonly keepsEmpty: boolean;
}

export const unwind: CompileStage = (operand) => {
  const unwinding = readUnwind(operand);
  return function* (documents) {
    for (const document of documents) yield* unwound(document, unwinding);
  };
};

const readUnwind = (operand: Value): Unwinding => {
  if (typeof operand === 'string') return { path: unwindPath(operand), indexPath: undefined, keepsEmpty: false };
  if (!isDocument(operand)) {
    throw new CommandError(
      'Location15981',
      `expected either a string or an object as specification for $unwind stage, got ${typeNameOf(operand)}`,
    );
  }
  const { path, includeArrayIndex, preserveNullAndEmptyArrays, ...others } = operand;
  if (path !== undefined && typeof path !== 'string') {
    throw new CommandError('Location28808', `expected a string as the path for $unwind stage, got ${typeNameOf(path)}`);
  }
  if (preserveNullAndEmptyArrays !== undefined && typeof preserveNullAndEmptyArrays !== 'boolean') {
    throw new CommandError(
      'Location28809',
      'expected a boolean for the preserveNullAndEmptyArrays option to $unwind stage',
    );
  }
  if (includeArrayIndex !== undefined && (typeof includeArrayIndex !== 'string' || includeArrayIndex === '')) {
    throw new CommandError(
      'Location28810',
      'expected a non-empty string for the includeArrayIndex option to $unwind stage',
    );
  }
  if (includeArrayIndex?.startsWith('$')) {
    throw new CommandError(
      'Location28822',
      `includeArrayIndex option to $unwind stage should not be prefixed with a '$': ${includeArrayIndex}`,
    );
  }
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw new CommandError('Location28811', `unrecognized option to $unwind stage: ${unknown}`);
  if (path === undefined) throw new CommandError('Location28812', 'no path specified to $unwind stage');
  return {
    path: unwindPath(path),
    indexPath: includeArrayIndex?.split('.'),
    keepsEmpty: preserveNullAndEmptyArrays === true,
  };
};

const unwindPath = (path: string): readonly string[] => {
  if (path === '') throw new CommandError('Location28812', 'no path specified to $unwind stage');
  if (!path.startsWith('$')) {
    throw new CommandError('Location28818', `path option to $unwind stage should be prefixed with a '$': ${path}`);
  }
  return path.slice(1).split('.');
};

function* unwound(document: Document, { path, indexPath, keepsEmpty }: Unwinding): Generator<Document> {
  const value = nested(document, path);
  const numbered = (result: Document, index: Value): Document =>
    indexPath ? replaced(result, indexPath, index) : result;
  if (Array.isArray(value)) {
    if (value.length === 0 && keepsEmpty) yield numbered(replaced(document, path, undefined), null);
    for (const [index, item] of value.entries()) yield numbered(replaced(document, path, item), BigInt(index));
  } else if (keepsEmpty || (value !== undefined && value !== null)) {
    yield numbered(document, null);
  }
}

const nested = (value: Value | undefined, path: readonly string[]): Value | undefined => {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  return isDocument(value) && Object.hasOwn(value, part) ? nested(value[part], rest) : undefined;
};

/** The document with another value at a path, or without that field. */
export const replaced = (document: Document, path: readonly string[], value: Value | undefined): Document => {
  const [part = '', ...rest] = path;
  const result = { ...document };
  const below = Object.hasOwn(document, part) ? document[part] : undefined;
  const next = rest.length === 0 ? value : replaced(isDocument(below) ? below : {}, rest, value);
  if (next === undefined) delete result[part];
  else setField(result, part, next);
  return result;
};

const replacing = (evaluate: Expression, surroundings: Surroundings): RunStage => {
  return (documents) =>
    mapped(documents, (document) => {
      const value = evaluate(scopeOf(document, surroundings));
      if (isDocument(value)) return value;
      throw new CommandError(
        'Location40228',
        `'newRoot' expression must evaluate to an object, but resulting value was of type: ${typeNameOf(value)}`,
      );
    });
};

export const replaceRoot: CompileStage = (operand, surroundings) => {
  if (!isDocument(operand)) {
    throw new CommandError(
      'Location40229',
      `expected an object as specification for $replaceRoot stage, got ${typeNameOf(operand)}`,
    );
  }
  const unknown = Object.keys(operand).find((field) => field !== 'newRoot');
  if (unknown !== undefined)
    throw new CommandError('Location40415', `BSON field '$replaceRoot.${unknown}' is an unknown field.`);
  if (operand.newRoot === undefined)
    throw new CommandError('Location40414', "BSON field '$replaceRoot.newRoot' is missing but a required field");
  return replacing(compilerFor(surroundings)(operand.newRoot), surroundings);
};

export const replaceWith: CompileStage = (operand, surroundings) =>
  replacing(compilerFor(surroundings)(operand), surroundings);

export const facet: CompileStage = (operand, surroundings) => {
  if (!isDocument(operand) || Object.keys(operand).length === 0) {
    throw new CommandError('Location40169', 'the $facet specification must be a non-empty object');
  }
  const facets = Object.keys(operand).map((name) => {
    if (name.startsWith('$'))
      throw new CommandError('Location16410', `FieldPath field names may not start with '$': ${name}`);
    if (name.includes('.'))
      throw new CommandError('Location16412', `FieldPath field names may not contain '.': ${name}`);
    const pipeline = pipelineOf(
      operand[name],
      () =>
        new CommandError(
          'Location40170',
          `arguments to $facet must be arrays, ${name} is type ${typeNameOf(operand[name])}`,
        ),
      notInFacet,
    );
    for (const stage of pipeline) assertInFacet(Object.keys(stage));
    return { name, run: surroundings.compileInner(pipeline) };
  });
  return function* (documents) {
    const given = [...documents];
    const result: Document = {};
    for (const { name, run } of facets) setField(result, name, [...run(given)]);
    yield result;
  };
};

const NOT_IN_FACET = [
  '$facet',
  '$out',
  '$merge',
  '$geoNear',
  '$collStats',
  '$indexStats',
  '$planCacheStats',
  '$documents',
];

const notInFacet = (): CommandError =>
  new CommandError('Location40171', 'elements of arrays in $facet spec must be non-empty objects');

const assertInFacet = ([stage]: readonly string[]): void => {
  if (stage === undefined) throw notInFacet();
  if (NOT_IN_FACET.includes(stage)) {
    throw new CommandError('Location40600', `${stage} is not allowed to be used within a $facet stage`);
  }
};

export const documents: CompileStage = (operand, surroundings) => {
  const evaluate = compilerFor(surroundings)(operand);
  return () => {
    const value = evaluate(scopeOf({}, surroundings));
    if (!Array.isArray(value)) throw new CommandError('Location5858203', 'an array is expected');
    return value.map((item) => {
      if (isDocument(item)) return item;
      throw new CommandError('Location40228', `$documents must evaluate to objects, found: ${typeNameOf(item)}`);
    });
  };
};

/** So many documents, chosen by chance, each at most once. */
export const sample: CompileStage = (operand) => {
  if (!isDocument(operand))
    throw new CommandError('Location28745', 'the $sample stage specification must be an object');
  const unknown = Object.keys(operand).find((field) => field !== 'size');
  if (unknown !== undefined) throw new CommandError('Location28748', `unrecognized option to $sample: ${unknown}`);
  if (operand.size === undefined) throw new CommandError('Location28749', '$sample stage must specify a size');
  const size = numberOf(operand.size);
  if (size === undefined) throw new CommandError('Location28746', 'size argument to $sample must be a number');
  if (size < 0) throw new CommandError('Location28747', 'size argument to $sample must not be negative');
  return (given) => {
    const left = [...given];
    const chosen: Document[] = [];
    while (chosen.length < Math.trunc(Number(size)) && left.length > 0) {
      chosen.push(...left.splice(Math.floor(Math.random() * left.length), 1));
    }
    return chosen;
  };
};
