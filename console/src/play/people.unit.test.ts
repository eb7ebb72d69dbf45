import { expect, test } from 'vitest';
import { keepPeople, newMark } from './people.ts';

const aStorage = (): Pick<Storage, 'getItem' | 'setItem'> => {
  const kept = new Map<string, string>();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => void kept.set(key, text) };
};

test('the three people stay who they are over a reload', () => {
  const storage = aStorage();
  const first = keepPeople(storage, '0a1b2c');
  expect(first).toEqual({
    customer: 'play-customer-0a1b2c',
    restaurant: 'play-kitchen-0a1b2c',
    rider: 'play-rider-0a1b2c',
  });
  expect(keepPeople(storage, 'ffffff')).toEqual(first);
});

test('what another version left in the storage is not believed', () => {
  const storage = aStorage();
  for (const left of ['{', '{"customer":"no one"}', '7']) {
    storage.setItem('tiffin-play', left);
    expect(keepPeople(storage, '0a1b2c').rider).toBe('play-rider-0a1b2c');
  }
});

test('a mark is six hexadecimal digits', () => {
  expect(newMark()).toMatch(/^[0-9a-f]{6}$/);
});
