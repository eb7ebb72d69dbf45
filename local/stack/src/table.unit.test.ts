import { expect, test } from 'vitest';
import { table } from './table.ts';

test('columns are as wide as their widest cell, and no line ends in blanks', () => {
  const rows = [
    ['what', 'where', 'pid'],
    ['utils', 'http://127.0.0.1:4004', ''],
  ];
  expect(table(rows)).toBe('what   where                  pid\nutils  http://127.0.0.1:4004');
});
