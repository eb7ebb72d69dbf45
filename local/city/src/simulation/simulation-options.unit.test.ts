import { expect, it } from 'vitest';
import { readSimulationOptions, SIMULATE_HELP } from './simulation-options.ts';

it('has a usual value for every flag', () => {
  expect(readSimulationOptions([])).toEqual({
    kind: 'options',
    options: {
      seed: 7,
      riders: 40,
      kitchens: 6,
      orders: 100,
      ordersPerMinute: 30,
      speed: 1,
      prepMinutes: 0,
      patienceS: 300,
      faults: [],
      allFaults: false,
      data: '.data',
      json: false,
    },
  });
});

it('reads what was asked for', () => {
  const flags = ['--seed', '0', '--riders=200', '--orders', '500', '--faults', 'double-taps, kill-service', '--json'];
  expect(readSimulationOptions(flags)).toMatchObject({
    kind: 'options',
    options: { seed: 0, riders: 200, orders: 500, faults: ['double-taps', 'kill-service'], json: true },
  });
  expect(readSimulationOptions(['--faults', 'all'])).toMatchObject({ options: { faults: [], allFaults: true } });
});

it('tells every problem at once', () => {
  const read = readSimulationOptions([
    ...[
      '--seed',
      '-1',
      '--riders',
      '0',
      '--speed',
      'fast',
      '--faults',
      'rain,kill-service',
      '--citty',
      'now',
      '--data',
    ],
  ]);
  if (read.kind !== 'problem') throw new Error('it was taken');
  for (const part of ['--seed takes', '--riders takes', '--speed takes', 'knows no rain', 'no --citty', '--data needs'])
    expect(read.message).toContain(part);
  expect(read.message).toContain('npm run simulate -- --help');
});

const messageOf = (...args: string[]): string => {
  const read = readSimulationOptions(args);
  return read.kind === 'problem' ? read.message : read.kind;
};

it('leaves what a person typed as it is, and says everything once', () => {
  expect(messageOf('extra')).toBe('No flag takes extra. See npm run simulate -- --help');
  expect(messageOf('--faults', ',').match(/knows no empty name/g)).toHaveLength(1);
});

it('refuses a flag that stands there twice, and another flag in the place of a value', () => {
  expect(messageOf('--seed', '1', '--seed=2', '--json', '--json')).toBe(
    '--seed stands there twice; --json stands there twice. See npm run simulate -- --help',
  );
  expect(messageOf('--data', '--json')).toBe('--data needs a value. See npm run simulate -- --help');
});

it('names the limits of every number in its help', () => {
  for (const limits of ['1 to 2,000', '1 to 200', '1 to 100,000', '1 to 6,000', '1 to 100', '0 to 30', '10 to 3,600'])
    expect(SIMULATE_HELP).toContain(`${limits} (default`);
});

it('refuses a word that belongs to no flag', () => {
  expect(readSimulationOptions(['orders'])).toMatchObject({ kind: 'problem', json: false });
  expect(readSimulationOptions(['--json', '--riders'])).toMatchObject({ kind: 'problem', json: true });
});

it('names every flag in its help', () => {
  expect(readSimulationOptions(['--riders', 'none', '-h'])).toEqual({ kind: 'help' });
  for (const flag of [
    'seed',
    'riders',
    'kitchens',
    'orders',
    'orders-per-minute',
    'speed',
    'prep-minutes',
    'faults',
    'patience',
    'data',
    'json',
  ])
    expect(SIMULATE_HELP).toContain(`--${flag}`);
});
