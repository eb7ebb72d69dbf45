import { expect, test } from 'vitest';
import { createLanes } from './lanes.ts';

const gate = () => {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
};

test('jobs of one lane run in order and never at once', async () => {
  const lanes = createLanes();
  const first = gate();
  const log: string[] = [];
  const one = lanes('order-1', async () => {
    log.push('first begins');
    await first.opened;
    log.push('first ends');
  });
  const two = lanes('order-1', async () => void log.push('second'));
  await Promise.resolve();
  expect(log).toEqual(['first begins']);
  first.open();
  await Promise.all([one, two]);
  expect(log).toEqual(['first begins', 'first ends', 'second']);
});

test('another lane does not wait', async () => {
  const lanes = createLanes();
  const first = gate();
  const slow = lanes('order-1', () => first.opened);
  let ran = false;
  await lanes('order-2', async () => {
    ran = true;
  });
  expect(ran).toBe(true);
  first.open();
  await slow;
});

test('a lane that was empty for a while starts at once again', async () => {
  const lanes = createLanes();
  await lanes('order-1', async () => undefined);
  let began = false;
  const again = lanes('order-1', async () => {
    began = true;
  });
  expect(began).toBe(true);
  await again;
});

test('a job that fails tells its caller and holds up nobody', async () => {
  const lanes = createLanes();
  const failing = lanes('order-1', () => Promise.reject(new Error('broken')));
  const next = lanes('order-1', async () => 'done');
  await expect(failing).rejects.toThrow('broken');
  expect(await next).toBe('done');
});
