import { type LedgerTransaction, ledgerTransaction, type Payout } from '@tiffin/contracts/ledger-api';
import { describe, expect, it } from 'vitest';
import { addToPayouts, dayInIndia, totalOf } from './settlement.ts';
import { settlementCsv } from './settlement-csv.ts';

const moved = (type: string, ...entries: LedgerTransaction['entries']): LedgerTransaction =>
  ledgerTransaction.parse({ at: '2026-11-01T10:00:00.000Z', orderId: '0'.repeat(24), eventId: 'e', type, entries });
const restaurant = (party: string, amountPaise: number) => ({ account: 'restaurant' as const, party, amountPaise });

const settle = (...transactions: LedgerTransaction[]): Payout[] => {
  const payouts = new Map<string, Payout>();
  for (const transaction of transactions) addToPayouts(payouts, transaction);
  return [...payouts.values()];
};

describe('the payouts of a day', () => {
  it('add up what is owed, take off the refunds that are borne, and put back those that failed', () => {
    expect(
      settle(
        moved('ORDER_DELIVERED', restaurant('r', -30_000), { account: 'platform', amountPaise: 30_000 }),
        moved('ORDER_CANCELLED', restaurant('r', -500)),
        moved('REFUND_REQUESTED', restaurant('r', 10_000)),
        moved('REFUND_REQUESTED', restaurant('r', 200)),
        moved('REFUND_FAILED', restaurant('r', -200)),
        moved('DELIVERY_COMPLETED', { account: 'rider', party: 'r', amountPaise: -3_400 }),
      ),
    ).toEqual([
      { kind: 'restaurant', id: 'r', orders: 2, grossPaise: 30_500, deductionsPaise: 10_000, netPaise: 20_500 },
      { kind: 'rider', id: 'r', orders: 1, grossPaise: 3_400, deductionsPaise: 0, netPaise: 3_400 },
    ]);
  });

  it('may be less than nothing, for a refund of what was paid out before', () => {
    const [payout] = settle(moved('REFUND_REQUESTED', restaurant('r', 7)));
    expect(payout).toMatchObject({ orders: 0, grossPaise: 0, deductionsPaise: 7, netPaise: -7 });
  });

  it('are those between two midnights in India', () => {
    expect(dayInIndia('2026-11-01')).toEqual({ from: '2026-10-31T18:30:00.000Z', to: '2026-11-01T18:30:00.000Z' });
    expect(dayInIndia('2028-02-29').to).toBe(dayInIndia('2028-03-01').from);
  });
});

describe('the file of a day', () => {
  const settlement = (items: Payout[]) =>
    settlementCsv({ date: '2026-11-01', timeZone: 'Asia/Kolkata', from: '', to: '', items, total: totalOf(items) });
  const sums = { orders: 1, grossPaise: 100, deductionsPaise: 105, netPaise: -5 };

  it('has a line for each party and one for all of them, in paise and in rupees', () => {
    expect(
      settlement([
        { kind: 'restaurant', id: 'a1', orders: 2, grossPaise: 61_400, deductionsPaise: 10_000, netPaise: 51_400 },
        { kind: 'rider', id: 'b2', ...sums },
      ]),
    ).toBe(
      [
        'kind,id,orders,grossPaise,deductionsPaise,netPaise,netRupees',
        'restaurant,a1,2,61400,10000,51400,514.00',
        'rider,b2,1,100,105,-5,-0.05',
        'total,,3,61500,10105,51395,513.95',
        '',
      ].join('\r\n'),
    );
  });

  it('without a payout is its head and a total of nothing', () => {
    expect(settlement([]).split('\r\n')[1]).toBe('total,,0,0,0,0,0.00');
  });

  it.each([
    ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\tx', "'\tx"],
    ['a,b', '"a,b"'],
    ['a\nb', '"a\nb"'],
  ])('is not taken for a formula, nor torn, by the id %j', (id, written) => {
    expect(settlement([{ kind: 'restaurant', id, ...sums }])).toContain(`restaurant,${written},1,`);
  });
});
