import { valuesIdentical } from '../bson/compare.ts';
import { type Document, isDocument, numberOf, type Value } from '../bson/value.ts';
import { CommandError, unsupported } from '../command-error.ts';
import { isTruthy } from '../query/match-operators.ts';
import { type Path, splitPath } from '../query/path.ts';

export interface IndexField {
  readonly name: string;
  readonly path: Path;
  readonly order: 1 | -1 | '2dsphere';
}

/** What an index is, as `createIndexes` asked for it and `listIndexes` tells it. */
export interface IndexDefinition {
  readonly name: string;
  readonly key: Document;
  readonly fields: readonly IndexField[];
  readonly unique: boolean;
  readonly sparse: boolean;
  readonly partialFilter: Document | undefined;
  /** Seconds after the indexed date at which a document is removed. */
  readonly expireAfterSeconds: number | undefined;
  /** The name of the field that holds points, for a 2dsphere index. */
  readonly geoField: IndexField | undefined;
}

export const ID_INDEX: Document = { key: { _id: 1 }, name: '_id_' };

// Options that change nothing here: the build is always in the foreground and every version is the same.
const IGNORED = ['v', 'background', 'ns', '2dsphereIndexVersion', 'textIndexVersion', 'hidden', 'storageEngine'];
const KNOWN = ['key', 'name', 'unique', 'sparse', 'partialFilterExpression', 'expireAfterSeconds', 'collation'];

/**
 * Reads an index specification.
 * @throws CommandError CannotCreateIndex, InvalidIndexSpecificationOption or IllegalOperation, as MongoDB or for what this store has not.
 */
export const readIndexDefinition = (specification: Value): IndexDefinition => {
  if (!isDocument(specification) || !isDocument(specification.key)) {
    throw new CommandError('FailedToParse', "The 'key' field of an index specification must be an object");
  }
  for (const option of Object.keys(specification)) {
    if (KNOWN.includes(option) || IGNORED.includes(option)) continue;
    throw new CommandError(
      'InvalidIndexSpecificationOption',
      `The field '${option}' is not valid for an index specification`,
    );
  }
  const { key, partialFilterExpression, collation } = specification;
  if (isDocument(collation) && collation.locale !== 'simple') throw unsupported('a collation');
  if (partialFilterExpression !== undefined && !isDocument(partialFilterExpression)) {
    throw new CommandError('TypeMismatch', "'partialFilterExpression' must be an object");
  }
  const fields = Object.keys(key).map((name) => readField(name, key[name] ?? null));
  if (fields.length === 0) throw new CommandError('CannotCreateIndex', 'Index keys cannot be empty.');
  const geoField = fields.find((field) => field.order === '2dsphere');
  const isId = fields.length === 1 && fields[0]?.name === '_id' && fields[0].order === 1;
  if (isTruthy(specification.sparse) && partialFilterExpression) {
    throw new CommandError('CannotCreateIndex', 'cannot mix "partialFilterExpression" and "sparse" options');
  }
  if (isTruthy(specification.unique) && geoField) throw unsupported('a unique 2dsphere index');
  return {
    name: typeof specification.name === 'string' && specification.name ? specification.name : defaultName(key),
    key,
    fields,
    unique: isId || isTruthy(specification.unique),
    sparse: isTruthy(specification.sparse),
    partialFilter: partialFilterExpression,
    expireAfterSeconds: readExpiry(specification.expireAfterSeconds, fields),
    geoField,
  };
};

const readField = (name: string, order: Value): IndexField => {
  if (name === '' || name.split('.').includes('')) {
    throw new CommandError('CannotCreateIndex', 'Index keys cannot contain an empty field.');
  }
  if (name.startsWith('$') || name.includes('$**')) throw unsupported(`the index key '${name}'`);
  if (order === '2dsphere') return { name, path: splitPath(name), order };
  if (typeof order === 'string') throw unsupported(`an index of type '${order}'`);
  const number = Number(numberOf(order) ?? 0);
  if (!number) {
    throw new CommandError(
      'CannotCreateIndex',
      `Values in v:2 index key pattern must be non-zero numbers or strings: '${name}'`,
    );
  }
  return { name, path: splitPath(name), order: number > 0 ? 1 : -1 };
};

const readExpiry = (value: Value | undefined, fields: readonly IndexField[]): number | undefined => {
  if (value === undefined) return undefined;
  const seconds = Number(numberOf(value) ?? Number.NaN);
  if (!(seconds >= 0) || fields.length !== 1 || fields[0]?.name === '_id') {
    throw new CommandError(
      'CannotCreateIndex',
      'TTL indexes are single-field indexes with a non-negative number of seconds',
    );
  }
  return seconds;
};

const defaultName = (key: Document): string =>
  Object.entries(key)
    .map(([name, order]) => `${name}_${order}`)
    .join('_');

/** The specification as `listIndexes` tells it. */
export const describeIndex = (definition: IndexDefinition): Document => ({
  v: 2,
  key: definition.key,
  name: definition.name,
  ...(definition.unique && definition.name !== '_id_' ? { unique: true } : {}),
  ...(definition.sparse ? { sparse: true } : {}),
  ...(definition.partialFilter ? { partialFilterExpression: definition.partialFilter } : {}),
  ...(definition.expireAfterSeconds === undefined ? {} : { expireAfterSeconds: definition.expireAfterSeconds }),
  ...(definition.geoField ? { '2dsphereIndexVersion': 3 } : {}),
});

/** Whether two definitions ask for the same index, names aside. */
export const sameIndex = (a: IndexDefinition, b: IndexDefinition): boolean =>
  sameKey(a, b) &&
  a.unique === b.unique &&
  a.sparse === b.sparse &&
  a.expireAfterSeconds === b.expireAfterSeconds &&
  valuesIdentical(a.partialFilter, b.partialFilter);

/** Whether two definitions index the same fields in the same order and direction. */
export const sameKey = (a: IndexDefinition, b: IndexDefinition): boolean =>
  a.fields.length === b.fields.length &&
  a.fields.every((field, at) => field.name === b.fields[at]?.name && field.order === b.fields[at]?.order);
