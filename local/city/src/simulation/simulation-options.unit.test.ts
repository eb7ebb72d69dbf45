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
    'faults',
    'patience',
    'data',
    'json',
  ])
    expect(SIMULATE_HELP).toContain(`--${flag}`);
});
