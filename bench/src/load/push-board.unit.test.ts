import { describe, expect, it } from 'vitest';
import { createPushBoard } from './push-board.ts';

describe('the push board', () => {
  it('keeps what came before anybody asked, in order, each for one taker', async () => {
    const board = createPushBoard();
    board.note('offer a', 'first');
    board.note('offer a', 'second');
    expect(await board.take('offer a', 1_000)).toMatchObject({ by: 'first' });
    expect(await board.take('offer a', 1_000)).toMatchObject({ by: 'second' });
  });

  it('wakes whoever waits, and gives up in time', async () => {
    const board = createPushBoard();
    const waiting = board.take('offer a', 1_000);
    board.note('offer b', 'another');
    board.note('offer a', 'mine');
    expect(await waiting).toMatchObject({ by: 'mine' });
    expect(await board.take('offer a', 5)).toBeUndefined();
  });

  it('forgets', async () => {
    const board = createPushBoard();
    board.note('offer a', 'old');
    board.forget('offer a');
    expect(await board.take('offer a', 5)).toBeUndefined();
  });
});
