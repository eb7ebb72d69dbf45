import { expect, test } from 'vitest';
import type { Answer } from '../doors/doors.ts';
import { createErrand } from './errand.ts';

const answered: Answer<string> = { kind: 'answered', status: 200, body: 'well' };
const refused: Answer<string> = { kind: 'refused', status: 409, code: 'order_conflict', detail: 'Too late.' };

test('a second press while the first runs does nothing', async () => {
  const { press, isBusy } = createErrand();
  const first = press(async () => answered);
  expect(isBusy.value).toBe(true);
  expect(await press(async () => answered)).toBeUndefined();
  expect(await first).toEqual(answered);
  expect(isBusy.value).toBe(false);
});

test('what the app does by itself waits for the press before it, and is not dropped', async () => {
  const { press, inTurn } = createErrand();
  const done: string[] = [];
  const note = (name: string) => async () => {
    await Promise.resolve();
    done.push(name);
    return answered;
  };
  await Promise.all([press(note('press')), inTurn(note('load')), inTurn(note('again'))]);
  expect(done).toEqual(['press', 'load', 'again']);
});

test('the refusal of a press stays until another press goes through, whatever the app does meanwhile', async () => {
  const { press, inTurn, problem } = createErrand();
  await press(async () => refused);
  await inTurn(async () => answered);
  expect(problem.value).toEqual(refused);
  await press(async () => answered);
  expect(problem.value).toBeUndefined();
});

test("the app's own trouble is over when its next request goes through", async () => {
  const { inTurn, problem } = createErrand();
  await inTurn(async () => refused);
  expect(problem.value).toEqual(refused);
  await inTurn(async () => answered);
  expect(problem.value).toBeUndefined();
});
