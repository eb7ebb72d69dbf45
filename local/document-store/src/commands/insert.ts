import { BSONRegExp, ObjectId } from 'bson';
import { encode } from '../bson/encode.ts';
import { type Document, fieldOf, isDocument, typeNameOf } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { LIMITS } from '../limits.ts';
import { withIdFirst, withTimestamps } from '../update/apply-update.ts';
import { collectionArgument, documentsArgument } from './arguments.ts';
import type { Command } from './command.ts';
import { assertShape, type Shape } from './shape.ts';
import { runStatements } from './statements.ts';

const INSERT: Shape = {
  required: { documents: 'objects' },
  optional: { ordered: 'bool', bypassDocumentValidation: 'bool' },
};

export const insert: Command = (body, { store, database, now }) => {
  const name = collectionArgument(body, 'insert');
  assertShape(body, 'insert', INSERT);
  const documents = documentsArgument(body, 'documents');
  return store.write(() => {
    const collection = store.catalog.ensure(database, name);
    let n = 0;
    const writeErrors = runStatements(body, documents, (document) => {
      const { document: ready, bytes } = readyToInsert(withTimestamps(document, now()));
      collection.insert(ready, bytes);
      n += 1;
    });
    return { n, ...writeErrors };
  });
};

/** A document as it is stored: `_id` first, made if missing. @throws CommandError InvalidIdField, BSONObjectTooLarge. */
export const readyToInsert = (document: Document): { document: Document; bytes: Buffer } => {
  const id = fieldOf(document, '_id');
  if (Array.isArray(id) || id instanceof BSONRegExp) {
    throw new CommandError('InvalidIdField', `The '_id' value cannot be of type ${typeNameOf(id)}`);
  }
  if (isDocument(id)) assertStorableId(id);
  const ready = id === undefined ? { _id: new ObjectId(), ...document } : withIdFirst(document);
  const bytes = encode(ready);
  if (bytes.length > LIMITS.document) {
    throw new CommandError(
      'BSONObjectTooLarge',
      `object to insert too large. size in bytes: ${bytes.length}, max size: ${LIMITS.document}`,
    );
  }
  return { document: ready, bytes };
};

/** @throws CommandError DollarPrefixedFieldName: such names are allowed everywhere but within `_id`. */
const assertStorableId = (id: Document): void => {
  for (const name of Object.keys(id)) {
    if (name.startsWith('$') && !['$ref', '$id', '$db'].includes(name)) {
      throw new CommandError(
        'DollarPrefixedFieldName',
        `_id fields may not contain '$'-prefixed fields: ${name} is not valid for storage.`,
      );
    }
    const value = id[name];
    if (isDocument(value)) assertStorableId(value);
  }
};
