import { afterEach, describe, expect, it } from 'vitest';
import { type Audience, createPositionSlots, type PositionSlots } from './position-slots.ts';

let slots: PositionSlots;
afterEach(() => slots.close());

const setUp = () => {
  const clock = { ms: 1_000 };
  const line = { free: true };
  const sent: unknown[] = [];
  slots = createPositionSlots({ nowMs: () => clock.ms });
  const taker = {
    id: 's1',
    takesPositions: () => line.free,
    send: (_: Audience, payloads: readonly object[]) => void sent.push(...payloads),
  };
  const put = (n: number, key = 'order') => {
    slots.put(taker, { audience: 'trip', key, version: `v${n}`, payload: { n } });
    slots.flush();
  };
  return { clock, line, sent, put };
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

  it('give a city in one message, and the trips among them for themselves', () => {
    const clock = { ms: 0 };
    const sent: [Audience, unknown][] = [];
    slots = createPositionSlots({ nowMs: () => clock.ms });
    const send = (...message: [Audience, unknown]) => void sent.push(message);
    const taker = { id: 's1', takesPositions: () => true, send };
    const tell = (version: string) => {
      slots.put(taker, { audience: 'trip', key: 'order', version, payload: { order: version } });
      for (const key of ['one', 'two']) {
        slots.put(taker, { audience: 'city', key, version, payload: { [key]: version } });
      }
      slots.flush();
    };
    tell('1');
    slots.drop('order');
    clock.ms += 1_000;
    tell('1');
    tell('2');
    expect(sent).toEqual([
      ['trip', [{ order: '1' }]],
      ['city', [{ one: '1' }, { two: '1' }]],
      ['trip', [{ order: '1' }]],
      ['city', [{ one: '2' }, { two: '2' }]],
    ]);
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
