import { expect, it } from 'vitest';
import { untilKnown } from './unknown-result.ts';

class MongoNetworkError extends Error {
  override name = 'MongoNetworkError';
}
const lost = () => Promise.reject(new MongoNetworkError('connection closed'));

it('a write whose answer was lost but which landed counts as applied', async () => {
  const result = await untilKnown({ write: lost, landed: async () => true, applied: 'applied' });
  expect(result).toBe('applied');
});

it('a write that did not land is sent again', async () => {
  let tries = 0;
  const write = async () => (++tries === 1 ? lost() : 'applied');
  expect(await untilKnown({ write, landed: async () => false, applied: 'applied' })).toBe('applied');
  expect(tries).toBe(2);
});

it('a repeat that loses against its own first try counts as applied', async () => {
  let tries = 0;
  const write = async () => (++tries === 1 ? lost() : 'stale');
  const landed = async () => tries > 1; // it landed between the look and the repeat
  expect(await untilKnown<string>({ write, landed, applied: 'applied' })).toBe('applied');
});

it('an error of the question itself is not repeated', async () => {
  let tries = 0;
  const write = async () => {
    tries += 1;
    throw new Error('E121 document failed validation');
  };
  await expect(untilKnown({ write, landed: async () => false, applied: 1 })).rejects.toThrow('E121');
  expect(tries).toBe(1);
});
