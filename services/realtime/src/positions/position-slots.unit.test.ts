import { afterEach, describe, expect, it } from 'vitest';
import { createPositionSlots, type PositionSlots } from './position-slots.ts';

let slots: PositionSlots;
afterEach(() => slots.close());

const setUp = () => {
  const clock = { ms: 1_000 };
  const line = { free: true };
  const sent: unknown[] = [];
  slots = createPositionSlots({ nowMs: () => clock.ms });
  const taker = { id: 's1', takesPositions: () => line.free, send: (payload: object) => void sent.push(payload) };
  return { clock, line, sent, put: (n: number, key = 'order') => slots.put(taker, key, `v${n}`, { n }) };
};

describe('position slots', () => {
  it('send the first position at once and the newest of each second after it', () => {
    const { clock, sent, put } = setUp();
    for (let n = 1; n <= 10; n += 1) put(n);
    expect(sent).toEqual([{ n: 1 }]);
    clock.ms += 999;
    slots.flushAll();
    expect(sent).toEqual([{ n: 1 }]);
    clock.ms += 1;
    slots.flushAll();
    slots.flushAll();
    expect(sent).toEqual([{ n: 1 }, { n: 10 }]);
  });

  it('keep one position for a client that does not read, and send the newest when it does', () => {
    const { clock, line, sent, put } = setUp();
    line.free = false;
    for (let n = 1; n <= 1_000; n += 1) {
      put(n);
      clock.ms += 1_000;
    }
    slots.flushAll();
    expect(sent).toEqual([]);
    line.free = true;
    slots.flushAll();
    expect(sent).toEqual([{ n: 1_000 }]);
  });

  it('do not take the same position twice', () => {
    const { clock, sent, put } = setUp();
    put(1);
    put(1);
    clock.ms += 5_000;
    slots.flushAll();
    expect(sent).toEqual([{ n: 1 }]);
  });

  it('keep orders apart, and forget a trip that is over and a socket that is gone', () => {
    const { clock, line, sent, put } = setUp();
    put(1, 'one');
    put(2, 'two');
    expect(sent).toHaveLength(2);
    line.free = false;
    put(3, 'one');
    put(4, 'two');
    slots.drop('one');
    clock.ms += 1_000;
    line.free = true;
    slots.flushAll();
    expect(sent).toEqual([{ n: 1 }, { n: 2 }, { n: 4 }]);
    line.free = false;
    put(5, 'two');
    slots.forget('s1');
    clock.ms += 1_000;
    line.free = true;
    slots.flushAll();
    expect(sent).toHaveLength(3);
  });
});
