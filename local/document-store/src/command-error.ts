import type { Document } from './bson/value.ts';

/** MongoDB's error codes that this store uses, by MongoDB's names (its `src/mongo/base/error_codes.yml`). */
export const CODES = {
  InternalError: 1,
  BadValue: 2,
  FailedToParse: 9,
  TypeMismatch: 14,
  Overflow: 15,
  Unauthorized: 13,
  AuthenticationFailed: 18,
  IllegalOperation: 20,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  PathNotViable: 28,
  ConflictingUpdateOperators: 40,
  CursorNotFound: 43,
  NamespaceExists: 48,
  DollarPrefixedFieldName: 52,
  InvalidIdField: 53,
  NotSingleValueField: 54,
  EmptyFieldName: 56,
  CommandNotFound: 59,
  InvalidLength: 16,
  ImmutableField: 66,
  CannotCreateIndex: 67,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  NoMatchingDocument: 47,
  ExceededMemoryLimit: 146,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  OperationNotSupportedInTransaction: 263,
  NotExactValueField: 111,
  CannotIndexParallelArrays: 171,
  AmbiguousIndexKeyPattern: 181,
  QueryFeatureNotAllowed: 224,
  NoQueryExecutionPlans: 291,
  QueryPlanKilled: 175,
  InvalidPipelineOperator: 168,
  ConversionFailure: 241,
  InvalidIndexSpecificationOption: 197,
  BSONObjectTooLarge: 10334,
  DuplicateKey: 11000,
  OutOfDiskSpace: 14031,
  Location15983: 15983,
  Location16410: 16410,
  Location16755: 16755,
  Location17419: 17419,
  Location31249: 31249,
  Location31254: 31254,
  Location15959: 15959,
  Location40323: 40323,
  Location40324: 40324,
  Location40602: 40602,
  Location5107201: 5107201,
  Location40415: 40415,
  Location40571: 40571,
  Location40573: 40573,
} as const;

/** A name of the list, or one that is its own number, as MongoDB names the errors that stand in one place of its source only. */
export type CodeName = keyof typeof CODES | `Location${number}`;

const isListed = (name: CodeName): name is keyof typeof CODES => name in CODES;

/** An error a client caused or must hear of; it reaches the driver with MongoDB's own code. Any other throw is a fault. */
export class CommandError extends Error {
  override name = 'CommandError';
  readonly codeName: CodeName;
  /** Further fields of the reply, such as `keyPattern` of a duplicate key. */
  readonly details: Document;

  constructor(codeName: CodeName, message: string, details: Document = {}) {
    super(message);
    this.codeName = codeName;
    this.details = details;
  }

  get code(): number {
    return isListed(this.codeName) ? CODES[this.codeName] : Number(this.codeName.slice('Location'.length));
  }
}

/** For a feature of MongoDB this store does not have. */
export const unsupported = (feature: string): CommandError =>
  new CommandError(
    'IllegalOperation',
    `${feature} is not supported by the embedded document store; set MONGODB_URL to a real MongoDB to use it`,
  );

/**
 * A refused feature of a write has another code: drivers replace the message of any code 20 that a write gets by a sentence on
 * retryable writes, which would send people the wrong way.
 */
export const asWriteError = (error: CommandError): CommandError =>
  error.codeName === 'IllegalOperation'
    ? new CommandError('OperationNotSupportedInTransaction', error.message, error.details)
    : error;
