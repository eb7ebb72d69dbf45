import { Binary, BSONRegExp, Decimal128, Double, MaxKey, MinKey, ObjectId, Timestamp, UUID } from 'bson';
import fc from 'fast-check';
import { type Document, double, isInt32, type Value } from './value.ts';

/** Values for property tests: every BSON type, with the numbers and texts that are easy to get wrong. */

export const arbitraryNumber: fc.Arbitrary<Value> = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.constantFrom<Value>(0, 1, -1, 2 ** 31 - 1, -(2 ** 31)),
  fc.double().map((number): Value => double(number)),
  fc.constantFrom<Value>(new Double(5), new Double(-0), Number.NaN, 2 ** 53, -(2 ** 53), Number.POSITIVE_INFINITY),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom<Value>(2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n), 5n),
);

const arbitraryText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => text.isWellFormed()),
  fc.constantFrom('', 'a', 'a\0b', 'a\0', 'aa', '\uffff', '😀', 'é'),
);

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

const arbitraryScalar: fc.Arbitrary<Value> = fc.oneof(
  { weight: 4, arbitrary: arbitraryNumber },
  { weight: 3, arbitrary: arbitraryText },
  fc.constant(null),
  fc.boolean(),
  bytes(12).map((id) => new ObjectId(id)),
  fc.date({ noInvalidDate: true }),
  bytes(16).map((id) => new UUID(id)),
  fc.uint8Array({ maxLength: 6 }).map((content) => new Binary(content, 0)),
  fc.tuple(fc.nat(), fc.nat()).map(([t, i]) => new Timestamp({ t, i })),
  fc.constantFrom<Value>(new BSONRegExp('^a', 'i'), new MinKey(), new MaxKey()),
);

const arbitraryName = fc.constantFrom('a', 'b', 'cc', '_id', 'ключ', 'toString', '__proto__');

const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    { weight: 6, arbitrary: arbitraryScalar },
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(arbitraryName, tie('value')), { maxLength: 4 }).map((entries) => documentOf(entries)),
  ),
}));

export const arbitraryValue = value;

const documentOf = (entries: readonly [string, Value][]): Document => {
  const document: Document = {};
  for (const [name, item] of entries) {
    Object.defineProperty(document, name, { value: item, enumerable: true, writable: true, configurable: true });
  }
  return document;
};

export const arbitraryDocument = fc
  .array(fc.tuple(arbitraryName, arbitraryValue), { maxLength: 6 })
  .map((entries) => documentOf(entries));

/** A value the driver's serializer writes with the type it has here. */
export const forDriver = (item: Value): unknown => {
  if (typeof item === 'number') return isInt32(item) ? item : new Double(item);
  if (Array.isArray(item)) return item.map(forDriver);
  if (item instanceof Decimal128) return item;
  if (typeof item === 'object' && item !== null && Object.getPrototypeOf(item) === Object.prototype) {
    return new Map(Object.entries(item).map(([name, one]) => [name, forDriver(one)]));
  }
  return item;
};
