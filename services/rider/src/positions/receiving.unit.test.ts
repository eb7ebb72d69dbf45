import { describe, expect, it } from 'vitest';
import { createReceiving } from './receiving.ts';

describe('since when riders can be heard', () => {
  const START = Date.parse('2026-11-21T12:00:00.000Z');
  const world = () => {
    const clock = { second: 0 };
    const receiving = createReceiving({ now: () => new Date(START + clock.second * 1_000) });
    const since = () => (receiving.since().getTime() - START) / 1_000;
    const goWellUntil = (second: number) => {
      for (; clock.second <= second; clock.second += 1) receiving.goesWell();
      clock.second = second;
    };
    return { clock, since, goWellUntil };
  };

  it('is now until it has gone well once, then from there on', () => {
    const { clock, since, goWellUntil } = world();
    clock.second = 7;
    expect(since()).toBe(7);
    goWellUntil(200);
    expect(since()).toBe(7);
  });

  it('begins anew after a break, and a hiccup of some seconds is none', () => {
    const { clock, since, goWellUntil } = world();
    goWellUntil(100);
    clock.second = 105;
    expect(since()).toBe(0);
    goWellUntil(110);
    expect(since()).toBe(0);
    clock.second = 400;
    expect(since()).toBe(400);
    goWellUntil(430);
    expect(since()).toBe(400);
  });
});
