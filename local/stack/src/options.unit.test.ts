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

test('a number that is none is one sentence, however it was given', () => {
  const message = '--port-base takes a whole number from 1024 to 65461. See npm start -- --help';
  for (const flags of [['--port-base', '-1'], ['--port-base=-1'], ['--port-base', 'many']]) {
    expect(readOptions(flags)).toEqual({ kind: 'problem', message, json: false });
  }
});

test('a flag without its value and a flag that stands there twice are refused', () => {
  const messageOf = (...flags: string[]) => {
    const read = readOptions(flags);
    return read.kind === 'problem' ? read.message : read.kind;
  };
  expect(messageOf('--data')).toBe('--data needs a value. See npm start -- --help');
  expect(messageOf('--data', '--fresh')).toBe('--data needs a value. See npm start -- --help');
  expect(messageOf('--fresh=yes')).toBe('--fresh takes no value. See npm start -- --help');
  expect(messageOf('extra')).toBe('No flag takes extra. See npm start -- --help');
  expect(messageOf('--json', '--data', 'one', '--data=two')).toBe('--data stands there twice. See npm start -- --help');
});

test('help wins over everything else', () => {
  expect(readOptions(['--help'])).toEqual({ kind: 'help' });
});
