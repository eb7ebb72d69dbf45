import { expect, test } from 'vitest';
import { installerFor, missingRabbitmq, type System } from './install-rabbitmq.ts';

const debian = { isRoot: false, aptGet: '/usr/bin/apt-get', brew: undefined };
const mac = { isRoot: false, aptGet: undefined, brew: '/opt/homebrew/bin/brew' };
const bare = { isRoot: false, aptGet: undefined, brew: undefined };

test('root on Debian installs without being asked, with the lists brought up to date first', () => {
  expect(installerFor({ ...debian, isRoot: true }, false)?.steps).toEqual([
    ['/usr/bin/apt-get', 'update', '-qq'],
    ['/usr/bin/apt-get', 'install', '-y', '--no-install-recommends', 'rabbitmq-server'],
  ]);
});

test('anybody else installs only when told to, and is never asked for a password', () => {
  expect(installerFor(debian, false)).toBeUndefined();
  expect(installerFor(debian, true)?.steps.every(([first, second]) => first === 'sudo' && second === '-n')).toBe(true);
  expect(installerFor(mac, false)).toBeUndefined();
  expect(installerFor(mac, true)?.command).toBe('brew install rabbitmq');
  expect(installerFor(bare, true)).toBeUndefined();
});

test('the message names the command of this system first, then every other way', () => {
  const commandsFor = (system: System): string[] =>
    missingRabbitmq(system)
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/ {2,}/)[0] ?? '');
  expect(commandsFor(debian)).toEqual(['Debian, Ubuntu', 'macOS', 'Docker', 'elsewhere']);
  expect(commandsFor(mac)).toEqual(['macOS', 'Debian, Ubuntu', 'Docker', 'elsewhere']);
  expect(missingRabbitmq(debian)).toContain('sudo apt-get update && sudo apt-get install -y rabbitmq-server');
  expect(missingRabbitmq({ ...debian, isRoot: true })).not.toContain('sudo');
});
