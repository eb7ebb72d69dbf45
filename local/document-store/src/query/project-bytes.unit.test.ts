import fc from 'fast-check';
import { expect, it } from 'vitest';
import { arbitraryDocument } from '../bson/arbitrary-value.fixture.ts';
import { encode } from '../bson/encode.ts';
import type { Document, Value } from '../bson/value.ts';
import { compileByteProjection } from './project-bytes.ts';
import { compileProjection } from './projection.ts';

const path = fc.array(fc.constantFrom('a', 'b', 'cc', 'ключ', 'toString'), { minLength: 1, maxLength: 3 });
const choice = fc.constantFrom<Value>(1, 0, true, false, { $slice: -2 }, { $slice: 1 }, { $slice: 0 }, { $slice: 40 });
const projection = fc
  .tuple(
    fc.array(fc.tuple(path, choice), { maxLength: 4 }),
    fc.option(fc.constantFrom<Value>(0, 1), { nil: undefined }),
    fc.boolean(),
  )
  .map(([fields, id, alike]): Document => {
    const same = fields[0]?.[1] ?? 1;
    const entries = fields.map(([names, value]): [string, Value] => [names.join('.'), alike ? same : value]);
    return Object.fromEntries(id === undefined ? entries : [...entries, ['_id', id]]);
  });

/** What the other compiler shows; undefined when it refuses the projection. */
const shownByValue = (document: Document, wanted: Document): Buffer | undefined => {
  try {
    const projector = compileProjection(wanted);
    return encode(projector ? projector(document, undefined) : document);
  } catch {
    return undefined;
  }
};

it('shows the same bytes as a projection of the values', () => {
  let compared = 0;
  fc.assert(
    fc.property(arbitraryDocument, projection, (document, wanted) => {
      const shown = compileByteProjection(wanted)?.(encode(document));
      if (shown === undefined) return;
      compared += 1;
      expect(shown.toString('hex')).toBe(shownByValue(document, wanted)?.toString('hex'));
    }),
    { numRuns: 3_000 },
  );
  expect(compared).toBeGreaterThan(500);
});

it('leaves to the other compiler what it cannot show or must refuse', () => {
  for (const wanted of [
    { a: 1, b: 0 },
    { a: { $elemMatch: { b: 1 } } },
    { a: '$b' },
    { a: 1, 'a.b': 1 },
    { 'a.$': 1 },
  ]) {
    expect(compileByteProjection(wanted)).toBeUndefined();
  }
  expect(compileByteProjection({ 'a.b': 1 })?.(encode({ a: [{ b: 1 }] }))).toBeUndefined();
});
