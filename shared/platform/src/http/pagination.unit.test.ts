import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { createCursors } from './pagination.ts';

const SECRET = 'rk4Vq0Zt9mB2xWc7Lp1sHy6Nd3Ge8Ufa';
const position = z.strictObject({ at: z.string(), id: z.string() });
const cursors = createCursors(SECRET);
const cursor = cursors.encode({ at: '2026-11-01T10:00:00.000Z', id: 'a' });

it('gives back any position it was given', () => {
  fc.assert(
    fc.property(fc.record({ at: fc.string({ unit: 'grapheme' }), id: fc.string() }), (place) => {
      expect(cursors.decode(cursors.encode(place), position)).toEqual(place);
    }),
  );
});

it('makes text that fits a query', () => expect(cursor).toMatch(/^[A-Za-z0-9_-]{1,1024}$/));

it('H134: refuses a cursor with any one character changed, cut or added', () => {
  for (let at = 0; at < cursor.length; at += 1) {
    const other = cursor[at] === 'A' ? 'B' : 'A';
    expect(cursors.decode(cursor.slice(0, at) + other + cursor.slice(at + 1), position)).toBeUndefined();
    expect(cursors.decode(cursor.slice(0, at), position)).toBeUndefined();
  }
  for (const more of ['A', '=', ' ', '\n']) expect(cursors.decode(cursor + more, position)).toBeUndefined();
});

it('H134: refuses any text it did not make', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => cursors.decode(text, position) === undefined),
  );
});

it('refuses a cursor of another secret, of another list, or of another shape', () => {
  expect(createCursors(`${SECRET}x`).decode(cursor, position)).toBeUndefined();
  expect(createCursors(SECRET, 'orders').decode(cursor, position)).toBeUndefined();
  expect(cursors.decode(cursor, z.strictObject({ id: z.string() }))).toBeUndefined();
});
