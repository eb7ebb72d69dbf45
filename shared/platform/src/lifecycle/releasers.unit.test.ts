import { expect, it } from 'vitest';
import { createReleasers, withReleasers } from './releasers.ts';

it('gives back in reverse, each once, however often it is asked', async () => {
  const order: string[] = [];
  const releasers = createReleasers();
  releasers.push(() => order.push('first'));
  releasers.push(async () => {
    await Promise.resolve();
    order.push('second');
  });
  await Promise.all([releasers.releaseAll(), releasers.releaseAll()]);
  await releasers.releaseAll();
  expect(order).toEqual(['second', 'first']);
});

it('gives the rest back when one release fails, and throws the first error at the end', async () => {
  const order: string[] = [];
  const releasers = createReleasers();
  releasers.push(() => order.push('first'));
  releasers.push(() => Promise.reject(new Error('later failure')));
  releasers.push(() => {
    throw new Error('first failure');
  });
  await expect(releasers.releaseAll()).rejects.toThrow('first failure');
  expect(order).toEqual(['first']);
});

it('gives back what a start had acquired when it fails half way, and keeps the reason', async () => {
  const order: string[] = [];
  const start = withReleasers(async (releasers) => {
    releasers.push(() => order.push('connection'));
    releasers.push(() => Promise.reject(new Error('release failed')));
    throw new Error('port in use');
  });
  await expect(start).rejects.toThrow('port in use');
  expect(order).toEqual(['connection']);
});

it('gives nothing back while a start succeeds', async () => {
  const order: string[] = [];
  const releasers = await withReleasers(async (own) => {
    own.push(() => order.push('connection'));
    return own;
  });
  expect(order).toEqual([]);
  await releasers.releaseAll();
  expect(order).toEqual(['connection']);
});
