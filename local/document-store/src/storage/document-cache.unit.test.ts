import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encode } from '../bson/encode.ts';
import { createDocumentCache, type StoredDocument, storedDocument } from './document-cache.ts';

const documentOf = (id: number, version: number): StoredDocument =>
  storedDocument(id, encode({ _id: id, version, text: 'x'.repeat(200) }), { _id: id, version });

it('answers the newest version of a document or nothing, whatever is set, read, forgotten and pushed out', () => {
  const step = fc.record({
    id: fc.integer({ min: 1, max: 12 }),
    what: fc.constantFrom('set', 'set', 'get', 'get', 'delete', 'clear'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: 1, max: 20 }), (steps, roomFor) => {
      const cache = createDocumentCache(roomFor * 2_000);
      const newest = new Map<number, StoredDocument>();
      for (const [version, { id, what }] of steps.entries()) {
        if (what === 'set') {
          newest.set(id, documentOf(id, version));
          cache.set(1, newest.get(id) ?? documentOf(id, version));
        } else if (what === 'delete') {
          newest.delete(id);
          cache.delete(1, id);
        } else if (what === 'clear') {
          newest.clear();
          cache.clear();
        } else {
          const found = cache.get(1, id);
          if (found) expect(found).toBe(newest.get(id));
        }
        expect(cache.get(2, id)).toBeUndefined();
      }
    }),
  );
});

it('keeps what is used and forgets the rest when its room is full', () => {
  const cache = createDocumentCache(100 * 2_000);
  cache.set(1, documentOf(0, 0));
  for (let id = 1; id <= 2_000; id += 1) {
    cache.set(1, documentOf(id, 0));
    expect(cache.get(1, 0), `after ${id}`).toBeDefined();
  }
  const kept = Array.from({ length: 2_000 }, (_, index) => index + 1).filter((id) => cache.get(1, id));
  expect(kept.length).toBeGreaterThan(20);
  expect(kept.length).toBeLessThan(130);
});
