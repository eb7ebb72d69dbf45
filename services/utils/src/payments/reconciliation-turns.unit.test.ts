import { expect, it } from 'vitest';
import { createTurns } from './reconciliation-turns.ts';

const hold = () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { held, release };
};

it('does so many jobs at once and no more, in the order they came', async () => {
  const inTurn = createTurns(2);
  const begun: number[] = [];
  const holds = [hold(), hold(), hold(), hold()];
  const jobs = holds.map(({ held }, index) =>
    inTurn(async () => {
      begun.push(index);
      await held;
      return index;
    }),
  );
  await Promise.resolve();
  expect(begun).toEqual([0, 1]);
  holds[1]?.release();
  expect(await jobs[1]).toBe(1);
  await Promise.resolve();
  expect(begun).toEqual([0, 1, 2]);
  for (const { release } of holds) release();
  expect(await Promise.all(jobs)).toEqual([0, 1, 2, 3]);
});

it('passes the turn on when a job fails', async () => {
  const inTurn = createTurns(1);
  const failing = inTurn(async () => {
    throw new RangeError('a bug');
  });
  const next = inTurn(async () => 'done');
  await expect(failing).rejects.toThrow(RangeError);
  expect(await next).toBe('done');
  expect(await inTurn(async () => 'again')).toBe('again');
});
