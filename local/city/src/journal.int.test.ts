import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orderId } from '@tiffin/contracts/ids';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openJournal } from './journal.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tiffin-city-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('gives back what was kept, in order, and leaves out a line that was cut off', () => {
  const path = join(folder, 'city', 'orders.jsonl');
  const first = openJournal(path);
  expect(first.earlier).toEqual([]);
  first.keep({ kind: 'set-out', customer: 'asha' });
  first.keep({ kind: 'ordered', customer: 'asha', orderId: orderId.parse('1'.repeat(24)) });
  appendFileSync(path, '{"kind":"set-o');
  const second = openJournal(path);
  expect(second.earlier).toEqual([
    { kind: 'set-out', customer: 'asha' },
    { kind: 'ordered', customer: 'asha', orderId: '1'.repeat(24) },
  ]);
  second.keep({ kind: 'turned-away', customer: 'bela' });
  expect(openJournal(path).earlier.at(-1)).toEqual({ kind: 'turned-away', customer: 'bela' });
});
