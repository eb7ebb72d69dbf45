import { describe, expect, it } from 'vitest';
import { readLedgerRequest } from './ledger-request.ts';

const DAY = ['--from', '2026-11-01T00:00:00+05:30', '--to', '2026-11-02T00:00:00+05:30'];
const ORDER = 'a'.repeat(24);
const asked = (...args: string[]) => {
  const read = readLedgerRequest(args);
  return read.kind === 'request' ? read.question : read;
};
const message = (...args: string[]): string => {
  const read = readLedgerRequest(args);
  return read.kind === 'problem' ? read.message : read.kind;
};

describe('what is asked of the ledger', () => {
  it('is a time, an order or a settlement', () => {
    expect(asked(...DAY, '--account', 'rider')).toEqual({
      kind: 'time',
      query: 'from=2026-11-01T00%3A00%3A00%2B05%3A30&to=2026-11-02T00%3A00%3A00%2B05%3A30&account=rider&limit=100',
    });
    expect(asked('order', ORDER, '--json')).toEqual({ kind: 'order', orderId: ORDER });
    expect(asked('settlement', '2026-11-01', '--kind', 'rider', '--out', 'x.csv')).toEqual({
      kind: 'settlement',
      query: 'date=2026-11-01&kind=rider',
      out: 'x.csv',
    });
  });

  it('is asked of the stack of a folder, or of a service that is named', () => {
    expect(readLedgerRequest(['order', ORDER])).toMatchObject({ door: { data: '.data' } });
    const door = { data: 'x', utilsUrl: 'https://utils', token: 't' };
    expect(
      readLedgerRequest(['order', ORDER, '--data', 'x', '--utils-url', 'https://utils', '--token', 't']),
    ).toMatchObject({
      door,
    });
  });

  it.each([
    [[], 'Give --from and --to'],
    [['--from', '2026-11-01T00:00:00Z'], 'Give --from and --to'],
    [['--from', 'today', '--to', '2026-11-01T00:00:00Z'], '--from: must be an instant with its offset'],
    [['--from', '2026-11-02T00:00:00Z', '--to', '2026-11-01T00:00:00Z'], '--to: must be later than from'],
    [[...DAY, '--account', 'mine'], '--account:'],
    [[...DAY, '--kind', 'rider'], '--kind says nothing here.'],
    [[...DAY, '--out', 'x'], '--out says nothing here.'],
    [['order'], 'order takes the 24 digits'],
    [['order', 'x'], 'order takes the 24 digits'],
    [['order', ORDER, '--from', 'x'], '--from says nothing here.'],
    [['settlement'], 'settlement: must be a day'],
    [['settlement', '2026-02-30'], 'settlement: must be a day'],
    [['settlement', '2026-11-01', '--kind', 'cook'], '--kind:'],
    [['refund', ORDER], 'There is no "refund"; it is order or settlement.'],
    [['order', ORDER, 'more'], 'No flag takes more.'],
    [['--form', 'x'], '--form'],
    [['order', ORDER, '--utils-url', 'utils'], '--utils-url takes http://'],
  ])('is not understood from %j', (args, problem) => {
    expect(message(...args)).toContain(problem);
    expect(message(...args)).toContain('See npm run ledger -- --help');
  });

  it('is help wherever that stands', () => {
    expect(message('order', '--help')).toBe('help');
    expect(message('--nonsense', '-h')).toBe('help');
  });
});
