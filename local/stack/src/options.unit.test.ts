import { expect, test } from 'vitest';
import { readOptions } from './options.ts';

test('without flags everything runs on ports from 4000, with the city, for a person', () => {
  const options = { city: true, json: false, portBase: 4_000, data: '.data', fresh: false, install: false };
  expect(readOptions([])).toEqual({ kind: 'options', options });
});

test('every flag of the contract is understood', () => {
  const flags = ['--no-city', '--json', '--port-base', '47000', '--data', 'elsewhere', '--fresh', '--install'];
  const options = { city: false, json: true, portBase: 47_000, data: 'elsewhere', fresh: true, install: true };
  expect(readOptions(flags)).toEqual({ kind: 'options', options });
});

test('a misspelt flag is named, and a program hears of it in its own form', () => {
  const message = "Unknown option '--no-citty'. See npm start -- --help";
  expect(readOptions(['--no-citty'])).toEqual({ kind: 'problem', message, json: false });
  expect(readOptions(['--json', '--no-citty'])).toEqual({ kind: 'problem', message, json: true });
});

test('a port base leaves room for the highest port of a stack', () => {
  expect(readOptions(['--port-base', '65461'])).toMatchObject({ kind: 'options' });
  for (const base of ['65462', '1023', '-4000', '4e3', '']) {
    expect(readOptions([`--port-base=${base}`])).toMatchObject({ kind: 'problem' });
  }
});

test('help wins over everything else', () => {
  expect(readOptions(['--help'])).toEqual({ kind: 'help' });
});
