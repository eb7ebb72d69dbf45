import { afterEach, describe, expect, it } from 'vitest';
import { isAllowedOrigin } from './allowed-origin.ts';
import { isHopeless, takesPositions } from './backlog.ts';
import { createTimerWheel, type TimerWheel } from './timer-wheel.ts';
import { createTokenBucket } from './token-bucket.ts';

describe('the token bucket', () => {
  it('allows 40 at once and 20 a second', () => {
    const bucket = createTokenBucket(0);
    const take = (count: number, atMs: number) =>
      Array.from({ length: count }, () => bucket.take(atMs)).filter(Boolean).length;
    expect(take(100, 0)).toBe(40);
    expect(take(100, 500)).toBe(10);
    expect(take(100, 1_500)).toBe(20);
    expect(take(100, 60_000)).toBe(40);
  });

  it('gives nothing for a clock that goes back', () => {
    const bucket = createTokenBucket(1_000);
    for (let at = 0; at < 40; at += 1) bucket.take(1_000);
    expect(bucket.take(0)).toBe(false);
  });
});

describe('the timer wheel', () => {
  let wheel: TimerWheel;
  afterEach(() => wheel.close());
  const setUp = () => {
    const clock = { ms: 100_000 };
    wheel = createTimerWheel({ now: () => new Date(clock.ms) });
    const ran: string[] = [];
    return { clock, ran, at: (second: number, name: string) => wheel.at(second, () => ran.push(name)) };
  };

  it('runs each thing once, in the order of the seconds, also after a pause', () => {
    const { clock, ran, at } = setUp();
    at(103, 'third');
    at(101, 'first');
    at(102, 'second');
    wheel.turn();
    expect(ran).toEqual([]);
    clock.ms = 110_000;
    wheel.turn();
    wheel.turn();
    expect(ran).toEqual(['first', 'second', 'third']);
  });

  it('runs what is past at its next turn, and never what was called off', () => {
    const { clock, ran, at } = setUp();
    at(5, 'past');
    const callOff = at(101, 'called off');
    callOff();
    callOff();
    clock.ms += 1_000;
    wheel.turn();
    expect(ran).toEqual(['past']);
  });

  it('runs what is put in from inside a turn in a later one', () => {
    const { clock, ran, at } = setUp();
    wheel.at(101, () => {
      ran.push('outer');
      at(101, 'inner');
    });
    clock.ms += 1_000;
    wheel.turn();
    expect(ran).toEqual(['outer']);
    clock.ms += 1_000;
    wheel.turn();
    expect(ran).toEqual(['outer', 'inner']);
  });
});

describe('origins', () => {
  const allowed = ['https://app.example.org'];
  const host = 'rt.example.org:4003';
  it.each([
    [undefined, true],
    ['https://app.example.org', true],
    ['https://rt.example.org:4003', true],
    ['http://rt.example.org:4003', true],
    ['https://rt.example.org', false],
    ['https://app.example.org.evil.example', false],
    ['http://app.example.org', false],
    ['null', false],
    ['', false],
  ])('%s: %s', (origin, expected) => {
    expect(isAllowedOrigin({ origin, host }, allowed)).toBe(expected);
  });
});

describe('a backlog', () => {
  const free = { writable: true, frames: 0, bytes: 0 };
  it.each([
    [free, true, false],
    [{ ...free, writable: false }, false, false],
    [{ ...free, frames: 257 }, false, false],
    [{ ...free, bytes: 256 * 1_024 + 1 }, false, false],
    [{ writable: false, frames: 9, bytes: 1_024 * 1_024 + 1 }, false, true],
  ])('%j takes positions: %s, is hopeless: %s', (backlog, takes, hopeless) => {
    expect(takesPositions(backlog)).toBe(takes);
    expect(isHopeless(backlog)).toBe(hopeless);
  });
});
