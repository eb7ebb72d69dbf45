import { inspect } from 'node:util';
import { Double } from 'bson';
import { describe, expect, it } from 'vitest';
import type { Document, Value } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { applyUpdate, documentToUpsert, isUnchanged, type UpdateContext } from './apply-update.ts';
import { parseUpdate } from './parse-update.ts';
import { readArrayFilters } from './positions.ts';

const now = new Date('2026-01-01T00:00:00Z');

const context = (changes: Partial<UpdateContext> = {}): UpdateContext => ({
  now,
  arrayFilters: readArrayFilters(undefined),
  matched: undefined,
  inserting: false,
  ...changes,
});

const updated = (before: Document, update: Value, changes: Partial<UpdateContext> = {}): Document =>
  applyUpdate(before, parseUpdate(update, changes.arrayFilters), context(changes));

// before, update, after
const cases: [Document, Document, Document][] = [
  [{ a: 1 }, { $set: { a: 2 } }, { a: 2 }],
  [{ a: 1 }, { $set: { 'b.c': 2 } }, { a: 1, b: { c: 2 } }],
  [{}, { $set: { b: 1, a: 1 } }, { a: 1, b: 1 }],
  [{ a: [1, 2] }, { $set: { 'a.1': 5 } }, { a: [1, 5] }],
  [{ a: [1] }, { $set: { 'a.3': 5 } }, { a: [1, null, null, 5] }],
  [{ a: { '0': 1 } }, { $set: { 'a.0': 5 } }, { a: { '0': 5 } }],
  [{ a: 1, b: 2 }, { $unset: { a: '' } }, { b: 2 }],
  [{ a: [1, 2] }, { $unset: { 'a.0': '' } }, { a: [null, 2] }],
  [{ a: 1 }, { $unset: { 'b.c': '' } }, { a: 1 }],
  [{ a: 1 }, { $inc: { a: 2 } }, { a: 3 }],
  [{}, { $inc: { 'a.b': 2 } }, { a: { b: 2 } }],
  [{ a: 2 ** 31 - 1 }, { $inc: { a: 1 } }, { a: 2n ** 31n }],
  [{ a: 5n }, { $inc: { a: 1 } }, { a: 6n }],
  [{ a: 0.5 }, { $inc: { a: 0.5 } }, { a: new Double(1) }],
  [{ a: 1 }, { $inc: { a: new Double(1) } }, { a: new Double(2) }],
  [{ a: 3 }, { $mul: { a: 4 } }, { a: 12 }],
  [{}, { $mul: { a: 4 } }, { a: 0 }],
  [{ a: 3 }, { $max: { a: 5 } }, { a: 5 }],
  [{ a: 3 }, { $max: { a: 2 } }, { a: 3 }],
  [{}, { $max: { a: 2 } }, { a: 2 }],
  [{ a: 3 }, { $min: { a: 2 } }, { a: 2 }],
  [{ a: 1 }, { $rename: { a: 'b' } }, { b: 1 }],
  [{ a: 1 }, { $currentDate: { b: true } }, { a: 1, b: now }],
  [{ a: 6 }, { $bit: { a: { and: 3 } } }, { a: 2 }],
  [{}, { $push: { a: 1 } }, { a: [1] }],
  [{ a: [1] }, { $push: { a: { $each: [2, 3], $slice: -2 } } }, { a: [2, 3] }],
  [{ a: [3, 1] }, { $push: { a: { $each: [2], $sort: 1 } } }, { a: [1, 2, 3] }],
  [{ a: [{ n: 2 }] }, { $push: { a: { $each: [{ n: 1 }], $sort: { n: 1 }, $slice: 1 } } }, { a: [{ n: 1 }] }],
  [{ a: [1, 4] }, { $push: { a: { $each: [2, 3], $position: 1 } } }, { a: [1, 2, 3, 4] }],
  [{ a: [1] }, { $addToSet: { a: 1 } }, { a: [1] }],
  [{ a: [1] }, { $addToSet: { a: { $each: [1, 2, 2] } } }, { a: [1, 2] }],
  [{ a: [1, 2, 3] }, { $pull: { a: { $gte: 2 } } }, { a: [1] }],
  [{ a: [{ k: 1, n: 1 }, { k: 2 }] }, { $pull: { a: { k: 1 } } }, { a: [{ k: 2 }] }],
  [{ a: [1, 2, 1] }, { $pullAll: { a: [1] } }, { a: [2] }],
  [{ a: [1, 2] }, { $pop: { a: 1 } }, { a: [1] }],
  [{ a: [1, 2] }, { $pop: { a: -1 } }, { a: [2] }],
  [{ a: 1 }, { $setOnInsert: { b: 1 } }, { a: 1 }],
  [{ _id: 1, a: 1 }, { b: 2 }, { _id: 1, b: 2 }],
  [{ a: [{ b: 1 }, { b: 2 }] }, { $inc: { 'a.$[].b': 1 } }, { a: [{ b: 2 }, { b: 3 }] }],
];

describe('an update', () => {
  for (const [before, update, after] of cases) {
    it(`of ${inspect(before, { depth: 9 })} by ${inspect(update, { depth: 9 })}`, () => {
      expect(updated(before, update)).toStrictEqual(after);
    });
  }

  it('leaves the document it began with untouched, and shares what it did not change', () => {
    const before: Document = { a: { b: [1, { c: 1 }] }, kept: { x: 1 } };
    const copy = structuredClone(before);
    const after = updated(before, { $set: { 'a.b.1.c': 2 }, $push: { 'a.d': 1 } });
    expect(before).toStrictEqual(copy);
    expect(after).toStrictEqual({ a: { b: [1, { c: 2 }], d: [1] }, kept: { x: 1 } });
    expect(after.kept).toBe(before.kept);
  });

  it('applies to the elements an array filter picks, and to the matched position', () => {
    const arrayFilters = readArrayFilters([{ 'line.sku': 'b' }]);
    const before = { lines: [{ sku: 'a' }, { sku: 'b' }] };
    const after = { lines: [{ sku: 'a' }, { sku: 'b', qty: 2 }] };
    expect(updated(before, { $set: { 'lines.$[line].qty': 2 } }, { arrayFilters })).toStrictEqual(after);
    expect(updated(before, { $set: { 'lines.$.qty': 2 } }, { matched: 1 })).toStrictEqual(after);
  });

  it('computes with a pipeline', () => {
    expect(updated({ _id: 1, a: 2 }, [{ $set: { b: { $add: ['$a', 1] } } }, { $unset: 'a' }])).toStrictEqual({
      _id: 1,
      b: 3,
    });
  });

  it('knows when it changed nothing', () => {
    const before: Document = { a: { b: 1 }, list: [1] };
    expect(isUnchanged(before, updated(before, { $set: { 'a.b': 1 }, $addToSet: { list: 1 } }))).toBe(true);
    expect(isUnchanged(before, updated(before, { $set: { 'a.b': new Double(1) } }))).toBe(false);
  });

  it('inserts what the filter demands to be equal and the update sets', () => {
    const document = documentToUpsert(
      { _id: 7, 'a.b': 1, n: { $gt: 5 }, $and: [{ c: { $eq: 2 } }] },
      parseUpdate({ $set: { d: 1 }, $setOnInsert: { e: 1 } }),
      context({ inserting: true }),
    );
    expect(document).toStrictEqual({ _id: 7, a: { b: 1 }, c: 2, d: 1, e: 1 });
  });

  it.each<[Document, Value, string]>([
    [{ _id: 1 }, { $set: { _id: 2 } }, 'ImmutableField'],
    [{ a: 1 }, { $set: { 'a.b': 1 } }, 'PathNotViable'],
    [{ a: [1] }, { $set: { 'a.b': 1 } }, 'PathNotViable'],
    [{ a: 'x' }, { $inc: { a: 1 } }, 'TypeMismatch'],
    [{ a: 1 }, { $inc: { a: 'x' } }, 'TypeMismatch'],
    [{ a: 1 }, { $push: { a: 1 } }, 'BadValue'],
    [{}, { $foo: { a: 1 } }, 'FailedToParse'],
    [{}, { $set: { a: 1 }, $inc: { a: 1 } }, 'ConflictingUpdateOperators'],
    [{}, { $set: { a: 1, 'a.b': 1 } }, 'ConflictingUpdateOperators'],
    [{}, { a: 1, $set: { b: 1 } }, 'DollarPrefixedFieldName'],
    [{ a: [] }, { $set: { 'a.$.b': 1 } }, 'BadValue'],
    [{}, { $set: { 'a..b': 1 } }, 'EmptyFieldName'],
    [{}, [{ $match: {} }], 'InvalidOptions'],
  ])('of %j by %j is refused as %s', (before, update, codeName) => {
    expect(() => updated(before, update)).toThrow(expect.objectContaining({ name: CommandError.name, codeName }));
  });
});
