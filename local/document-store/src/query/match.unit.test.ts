import { inspect } from 'node:util';
import { BSONRegExp, Double, ObjectId } from 'bson';
import { describe, expect, it } from 'vitest';
import type { Document } from '../bson/value.ts';
import { CommandError } from '../command-error.ts';
import { compileFilter } from './match.ts';

const id = new ObjectId();
const noon = new Date('2026-01-01T12:00:00Z');

// document, filter, whether MongoDB 7 finds it
const cases: [Document, Document, boolean][] = [
  [{ a: 1 }, {}, true],
  [{ a: 1 }, { a: 1 }, true],
  [{ a: 1 }, { a: 1n }, true],
  [{ a: 1 }, { a: new Double(1) }, true],
  [{ a: '1' }, { a: 1 }, false],
  [{ a: id }, { a: new ObjectId(id.toHexString()) }, true],
  [{ a: noon }, { a: new Date(noon) }, true],
  [{ a: { x: 1, y: 2 } }, { a: { x: 1, y: 2 } }, true],
  [{ a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } }, false],
  [{}, { a: null }, true],
  [{ a: null }, { a: null }, true],
  [{ a: 0 }, { a: null }, false],
  [{ a: [] }, { a: null }, false],
  [{ a: [null] }, { a: null }, true],
  [{}, { a: { $exists: false } }, true],
  [{ a: null }, { a: { $exists: true } }, true],
  [{ a: [] }, { 'a.b': { $exists: false } }, true],
  [{ a: [1, 2] }, { a: 2 }, true],
  [{ a: [1, 2] }, { a: [1, 2] }, true],
  [{ a: [[1, 2]] }, { a: [1, 2] }, true],
  [{ a: [[1, 2]] }, { a: 1 }, false],
  [{ a: [1, 2] }, { a: { $ne: 2 } }, false],
  [{ a: [1, 2] }, { a: { $nin: [3] } }, true],
  [{}, { a: { $ne: 1 } }, true],
  [{ a: 5 }, { a: { $gt: 4, $lt: 6 } }, true],
  [{ a: [1, 9] }, { a: { $gt: 4, $lt: 6 } }, true],
  [{ a: [1, 9] }, { a: { $elemMatch: { $gt: 4, $lt: 6 } } }, false],
  [{ a: '5' }, { a: { $gt: 4 } }, false],
  [{ a: noon }, { a: { $lte: noon } }, true],
  [{ a: noon }, { a: { $lt: 1e15 } }, false],
  [{}, { a: { $lt: 5 } }, false],
  [{}, { a: { $lte: null } }, true],
  [{ a: Number.NaN }, { a: { $lt: 5 } }, false],
  [{ a: true }, { a: { $in: [1, true] } }, true],
  [{ a: 'abc' }, { a: { $in: [new BSONRegExp('^ab')] } }, true],
  [{}, { a: { $in: [null] } }, true],
  [{ a: 'abc' }, { a: new BSONRegExp('B', 'i') }, true],
  [{ a: 'abc' }, { a: { $regex: '^ABC$', $options: 'i' } }, true],
  [{ a: 'abc' }, { a: { $not: { $regex: '^a' } } }, false],
  [{}, { a: { $not: { $gt: 5 } } }, true],
  [{ a: { b: { c: 1 } } }, { 'a.b.c': 1 }, true],
  [{ a: [{ b: 1 }, { b: 2 }] }, { 'a.b': 2 }, true],
  [{ a: [{ b: 1 }, { c: 2 }] }, { 'a.b': null }, true],
  [{ a: [{ b: 1 }, { b: 2 }] }, { 'a.1.b': 2 }, true],
  [{ a: [{ b: 1 }, { b: 2 }] }, { 'a.0.b': 2 }, false],
  [{ a: [{ b: 1, c: 2 }] }, { a: { $elemMatch: { b: 1, c: 2 } } }, true],
  [{ a: [{ b: 1 }, { c: 2 }] }, { a: { $elemMatch: { b: 1, c: 2 } } }, false],
  [{ a: [1, 2, 3] }, { a: { $all: [1, 3] } }, true],
  [{ a: [1, 2, 3] }, { a: { $size: 3 } }, true],
  [{ a: 1 }, { a: { $type: 'int' } }, true],
  [{ a: 1n }, { a: { $type: 'long' } }, true],
  [{ a: new Double(1) }, { a: { $type: 1 } }, true],
  [{ a: [1] }, { a: { $type: 'array' } }, true],
  [{ a: 7 }, { a: { $mod: [3, 1] } }, true],
  [{ a: 6 }, { a: { $bitsAllSet: 2 } }, true],
  [{ a: 1, b: 2 }, { $or: [{ a: 2 }, { b: 2 }] }, true],
  [{ a: 1, b: 2 }, { $nor: [{ a: 2 }, { b: 3 }] }, true],
  [{ a: 1, b: 2 }, { $and: [{ a: 1 }, { b: 3 }] }, false],
  [{ a: 1, b: 2 }, { $expr: { $lt: ['$a', '$b'] } }, true],
  [{}, { toString: { $exists: true } }, false],
  [{}, { 'constructor.name': 'Object' }, false],
  [{ a: { _bsontype: 'ObjectId', id: 1 } }, { 'a.id': 1 }, true],
];

describe('a filter', () => {
  for (const [document, filter, expected] of cases) {
    it(`${inspect(filter, { depth: 9 })} ${expected ? 'finds' : 'passes over'} ${inspect(document, { depth: 9 })}`, () => {
      expect(compileFilter(filter)(document)).toBe(expected);
    });
  }

  it.each<[Document, string]>([
    [{ a: { $foo: 1 } }, 'BadValue'],
    [{ $foo: 1 }, 'BadValue'],
    [{ $or: [] }, 'BadValue'],
    [{ a: { $in: 5 } }, 'BadValue'],
    [{ a: { $regex: '(' } }, 'Location51091'],
    [{ $where: 'true' }, 'IllegalOperation'],
  ])('%j is refused as %s', (filter, codeName) => {
    expect(() => compileFilter(filter)).toThrow(expect.objectContaining({ name: CommandError.name, codeName }));
  });

  it('tells at which array position it matched', () => {
    let position: number | undefined;
    compileFilter({ 'lines.sku': 'b' })({ lines: [{ sku: 'a' }, { sku: 'b' }] }, (at) => {
      position = at;
    });
    expect(position).toBe(1);
  });
});
