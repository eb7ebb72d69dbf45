import { describe, expect, it } from 'vitest';
import { createLatestCopies } from './latest-copies.ts';
import type { Stored, StreamEvent } from './stored.ts';

const event = (seq: number): StreamEvent => ({
  id: `e${seq}`,
  seq,
  type: 'COUNTED',
  version: 1,
  timestamp: '2026-11-01T10:00:00.000Z',
  data: {},
  correlationId: 'c',
  causationId: null,
});
const copy = (id: string, seq: number, sentSeq = 0): Stored<number> => ({
  id,
  seq,
  revision: seq,
  state: seq,
  correlationId: 'c',
  seen: {},
  sentSeq,
  tail: Array.from({ length: seq }, (_, index) => event(index + 1)),
  createdAt: new Date(0),
  updatedAt: new Date(0),
});

describe('the latest copies', () => {
  it('forget the one used longest ago when there are too many', () => {
    const copies = createLatestCopies<number>(2);
    for (const id of ['a', 'b', 'a', 'c']) copies.keep(copy(id, 1));
    expect(['a', 'b', 'c'].map((id) => copies.get(id) !== undefined)).toEqual([true, false, true]);
  });

  it('carry the events that have not left, and no others', () => {
    const copies = createLatestCopies<number>();
    copies.keep(copy('a', 4, 1));
    expect(copies.get('a')?.tail.map(({ seq }) => seq)).toEqual([2, 3, 4]);
    copies.markSent('a', 3);
    copies.markSent('a', 2);
    copies.markSent('unknown', 9);
    expect(copies.get('a')).toMatchObject({ sentSeq: 3, tail: [{ seq: 4 }] });
  });
});
