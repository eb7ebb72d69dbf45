import { describe, expect, it } from 'vitest';
import { MEASUREMENTS, readOptions } from './options.ts';

describe('the flags of npm run bench', () => {
  it('measures everything in five rounds with 10,000 riders unless told otherwise', () => {
    expect(readOptions([])).toEqual({
      kind: 'options',
      options: { only: MEASUREMENTS, rounds: 5, riders: 10_000, million: false, json: false },
    });
  });

  it('takes several names, repeated or with commas', () => {
    const read = readOptions(['--only', 'boot', '--only', 'publish,consume', '--rounds', '7', '--json']);
    expect(read).toMatchObject({ options: { only: ['publish', 'consume', 'boot'], rounds: 7, json: true } });
  });

  it.each([
    [['--only', 'speed'], 'speed'],
    [['--rounds', '0'], '--rounds'],
    [['--rounds', '2.5'], '--rounds'],
    [['--riders', '10'], '--riders'],
    [['--fast'], '--fast'],
  ])('explains what is wrong with %j', (args, named) => {
    expect(readOptions(args)).toMatchObject({ kind: 'problem', message: expect.stringContaining(named) });
  });

  it('shows its help rather than anything else', () => {
    expect(readOptions(['--rounds', '3', '-h'])).toEqual({ kind: 'help' });
  });
});
