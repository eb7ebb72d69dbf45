import { expect, it } from 'vitest';
import { inTime } from './in-time.ts';

it('passes on what is answered in time, and gives up on what is not', async () => {
  expect(await inTime('get', Promise.resolve('a message'), 50)).toBe('a message');
  await expect(inTime('get', Promise.reject(new Error('404')), 50)).rejects.toThrow('404');
  await expect(inTime('get', new Promise(() => undefined), 5)).rejects.toThrow('did not answer within 5 ms: get');
});
