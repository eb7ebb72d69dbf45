import { valuesIdentical } from '../bson/compare.ts';
import { type Document, isDocument, numberOf, typeNameOf, type Value } from '../bson/value.ts';
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
  if (!isDocument(specification)) throw new CommandError('TypeMismatch', 'An index specification must be an object');
  for (const option of Object.keys(specification)) {
    if (KNOWN.includes(option) || IGNORED.includes(option)) continue;
    throw new CommandError(
      'InvalidIndexSpecificationOption',
      `The field '${option}' is not valid for an index specification`,
    );
  }
  const key = readKey(specification.key);
  const name = readName(specification.name);
  const { partialFilterExpression, collation } = specification;
  if (isDocument(collation) && collation.locale !== 'simple') throw unsupported('a collation');
  if (partialFilterExpression !== undefined && !isDocument(partialFilterExpression)) {
    throw new CommandError('TypeMismatch', "The field 'partialFilterExpression' must be an object");
  }
  const fields = Object.keys(key).map((field) => readField(field, key[field] ?? null));
  if (fields.length === 0) throw new CommandError('CannotCreateIndex', 'Index keys cannot be empty.');
  const geoField = fields.find((field) => field.order === '2dsphere');
  const isId = fields.length === 1 && fields[0]?.name === '_id' && fields[0].order === 1;
  if (isId) assertIdIndex(specification);
  if (isTruthy(specification.sparse) && partialFilterExpression) {
    throw new CommandError('CannotCreateIndex', 'cannot mix "partialFilterExpression" and "sparse" options');
  }
  if (isTruthy(specification.unique) && geoField) throw unsupported('a unique 2dsphere index');
  return {
    name,
    key,
    fields,
    unique: isId || isTruthy(specification.unique),
    sparse: isTruthy(specification.sparse),
    partialFilter: partialFilterExpression,
    expireAfterSeconds: readExpiry(specification.expireAfterSeconds, fields),
    geoField,
  };
};

/** The index every collection has, of all documents, once each, for good. */
const assertIdIndex = (specification: Document): void => {
  const option = ['unique', 'sparse', 'partialFilterExpression', 'expireAfterSeconds'].find(
    (name) => name in specification,
  );
  if (option === undefined) return;
  throw new CommandError(
    'InvalidIndexSpecificationOption',
    `The field '${option}' is not valid for an _id index specification`,
  );
};

const required = (name: string): CommandError =>
  new CommandError('FailedToParse', `The '${name}' field is a required property of an index specification`);

const readKey = (key: Value | undefined): Document => {
  if (key === undefined) throw required('key');
  if (isDocument(key)) return key;
  throw new CommandError('TypeMismatch', `The field 'key' must be an object, but got ${typeNameOf(key)}`);
};

const readName = (name: Value | undefined): string => {
  if (name === undefined) throw required('name');
  if (typeof name !== 'string') {
    throw new CommandError('TypeMismatch', `The field 'name' must be a string, but got ${typeNameOf(name)}`);
  }
  if (name === '') throw new CommandError('CannotCreateIndex', 'index name cannot be empty');
  if (name === '*') throw new CommandError('BadValue', "The index name '*' is not valid.");
  return name;
};

const readField = (name: string, order: Value): IndexField => {
  if (name === '' || name.split('.').includes('')) {
    throw new CommandError('CannotCreateIndex', 'Index keys cannot contain an empty field.');
  }
  if (splitPath(name).at(-1) === '$**') throw unsupported(`the index key '${name}'`);
  if (splitPath(name).some((part, depth) => part.startsWith('$') && !(depth > 0 && DBREF.includes(part)))) {
    throw new CommandError(
      'CannotCreateIndex',
      "Index key contains an illegal field name: field name starts with '$'.",
    );
  }
  if (order === '2dsphere') return { name, path: splitPath(name), order };
  if (typeof order === 'string') {
    if (OTHER_TYPES.includes(order)) throw unsupported(`an index of type '${order}'`);
    throw new CommandError('CannotCreateIndex', `Unknown index plugin '${order}'`);
  }
  const number = Number(numberOf(order) ?? 0);
  if (!number) {
    throw new CommandError(
      'CannotCreateIndex',
      `Values in v:2 index key pattern must be non-zero numbers or strings: '${name}'`,
    );
  }
  return { name, path: splitPath(name), order: number > 0 ? 1 : -1 };
};

const DBREF = ['$ref', '$id', '$db'];
const OTHER_TYPES = ['2d', 'text', 'hashed'];

const readExpiry = (value: Value | undefined, fields: readonly IndexField[]): number | undefined => {
  if (value === undefined) return undefined;
  const seconds = Number(numberOf(value) ?? Number.NaN);
  if (!(seconds >= 0 && seconds < 2 ** 31) || fields.length !== 1) {
    throw new CommandError(
      'CannotCreateIndex',
      'TTL indexes are single-field indexes with a non-negative number of seconds less than 2147483648',
    );
  }
  return seconds;
};

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
  sameSignature(a, b) && a.expireAfterSeconds === b.expireAfterSeconds;

/** Whether two definitions agree in all by which MongoDB tells indexes apart: such indexes cannot stand beside each other. */
export const sameSignature = (a: IndexDefinition, b: IndexDefinition): boolean =>
  sameKey(a, b) && a.unique === b.unique && a.sparse === b.sparse && valuesIdentical(a.partialFilter, b.partialFilter);

/** Whether two definitions index the same fields in the same order and direction. */
const sameKey = (a: IndexDefinition, b: IndexDefinition): boolean =>
  a.fields.length === b.fields.length &&
  a.fields.every((field, at) => field.name === b.fields[at]?.name && field.order === b.fields[at]?.order);
