import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { createDoors } from './doors.ts';
import { createPace } from './pace.ts';

it('keeps one listener on the closing, however many people wait, listen and ask', async () => {
  const closing = new AbortController();
  const pace = createPace({ speed: 1_000, closing: closing.signal });
  const nobody = 'http://127.0.0.1:9';
  const doors = createDoors({
    urls: { restaurant: nobody, rider: nobody, realtime: nobody, utils: nobody, razorpay: nobody },
    jwtSecret: 'a secret of at least thirty-two bytes',
    closing: closing.signal,
  });
  const waits = Array.from({ length: 30 }, () => pace.wait(1));
  for (let number = 0; number < 30; number += 1) doors.visitor('customer', `c${number}`, 'C').listen({});
  expect(getEventListeners(closing.signal, 'abort')).toHaveLength(2);
  await Promise.all(waits);
  closing.abort();
});

it('hurries people and leaves alone what is not to be hurried', async () => {
  const closing = new AbortController();
  const pace = createPace({ speed: 1_000, closing: closing.signal });
  const order: string[] = [];
  await Promise.all([
    pace.unhurried(0.1).then(() => order.push('unhurried')),
    pace.wait(20).then(() => order.push('hurried')),
  ]);
  expect(order).toEqual(['hurried', 'unhurried']);
});

it('ends every wait when the city closes, without letting anybody go on', async () => {
  const closing = new AbortController();
  const pace = createPace({ speed: 1, closing: closing.signal });
  let wentOn = false;
  void pace.wait(0).then(() => {
    wentOn = true;
  });
  closing.abort();
  void pace.wait(0).then(() => {
    wentOn = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(wentOn).toBe(false);
});
