import type { StoredEvent } from '@tiffin/contracts/envelope';
import type { LedgerEntry, OrderLedger } from '@tiffin/contracts/ledger-api';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anOrderOf, orderIdOf, together } from './facts.fixture.ts';
import type { Facts, OrderFacts } from './facts.ts';
import { awaitedOrders, type InvariantName, judge } from './judge.ts';

const good = (): Facts =>
  together([
    anOrderOf(0, 'delivered', 'ravi'),
    anOrderOf(1, 'delivered', 'ravi'),
    anOrderOf(2, 'cancelled-paid'),
    anOrderOf(3, 'cancelled-unpaid'),
  ]);

const broken = (facts: Facts): InvariantName[] =>
  judge(facts).flatMap(({ name, violations }) => (violations.length > 0 ? [name] : []));

const withOrder = (facts: Facts, number: number, change: (order: OrderFacts) => Partial<OrderFacts>): Facts => ({
  ...facts,
  orders: facts.orders.map((order) => (order.orderId === orderIdOf(number) ? { ...order, ...change(order) } : order)),
});
const withHistory = (number: number, change: (history: readonly StoredEvent[]) => readonly StoredEvent[]): Facts =>
  withOrder(good(), number, ({ history = [] }) => ({ history: change(history) }));
const withLog = (change: (log: Facts['log']) => Facts['log']): Facts => ({ ...good(), log: change(good().log) });
const renamed =
  (from: string, to: string, more: object = {}) =>
  (event: StoredEvent) =>
    event.type === from ? { ...event, type: to, data: { ...event.data, ...more } } : event;
const withoutLogged = (number: number, type: string) =>
  withLog((log) => log.filter((event) => event.type !== type || event.data.orderId !== orderIdOf(number)));
const given = (facts: Facts, toWhom: string, second: number): Facts => {
  const assigned = facts.log.find(({ type }) => type === 'RIDER_ASSIGNED');
  if (!assigned) throw new Error('nobody was assigned');
  const delivery = { status: 'assigned', assignment: 2, riderUserId: toWhom };
  const timestamp = new Date(Date.parse(assigned.timestamp) + second * 1_000).toISOString();
  return {
    ...facts,
    log: [...facts.log, { ...assigned, id: 'again', seq: 2.5, timestamp, data: { ...assigned.data, delivery } }],
  };
};

it('finds nothing wrong with an evening on which nothing went wrong, and says how much it looked at', () => {
  expect(judge(good()).map(({ name, checked, violations }) => [name, checked, violations])).toEqual([
    ['every-order-ends', 4, []],
    ['histories-without-gap', 4, []],
    ['legal-changes', 4, []],
    ['money-adds-up', 4, []],
    ['ledger-sums-to-zero', 4, []],
    ['one-rider-one-order', 2, []],
    ['events-logged-once', good().log.length, []],
    ['riders-free', 2, []],
    ['kitchens-told-once', 3, []],
  ]);
  expect(awaitedOrders(good())).toEqual(new Set());
});

describe('every order ends', () => {
  it.each<[string, Facts]>([
    ['is gone', withOrder(good(), 0, () => ({ order: undefined, history: undefined }))],
    ['is still on its way', withHistory(0, (history) => history.slice(0, -1))],
    ['has another state than its history', withHistory(1, (history) => history.slice(0, 4))],
  ])('an order that %s breaks it', (_, facts) => {
    expect(broken(facts)).toContain('every-order-ends');
  });
});

describe('histories without gap', () => {
  it.each<[string, Facts]>([
    ['begins at 2', withHistory(0, (history) => history.map((event) => ({ ...event, seq: event.seq + 1 })))],
    ['has a gap', withHistory(0, (history) => history.filter(({ seq }) => seq !== 4))],
    [
      'has a repeat',
      withHistory(0, (history) => history.flatMap((event) => (event.seq === 4 ? [event, event] : [event]))),
    ],
    ['is empty', withHistory(0, () => [])],
  ])('a history that %s breaks it', (_, facts) => {
    expect(broken(facts)).toContain('histories-without-gap');
  });
});

describe('legal changes', () => {
  it.each<[string, Facts]>([
    ['accepted what was not paid', withHistory(0, (history) => history.map(renamed('ORDER_PLACED', 'ORDER_EXPIRED')))],
    [
      'cancelled what was picked up',
      withHistory(0, (history) => history.map(renamed('ORDER_DELIVERED', 'ORDER_CANCELLED'))),
    ],
    [
      'let the customer cancel what the kitchen had accepted',
      withHistory(0, (history) => history.map(renamed('ORDER_PREPARING', 'ORDER_CANCELLED', { by: 'customer' }))),
    ],
    ['knows a change nobody knows', withHistory(0, (history) => history.map(renamed('ORDER_PREPARING', 'ORDER_SUNG')))],
    [
      'says another state than it leads to',
      withHistory(0, (history) => history.map(renamed('ORDER_PREPARING', 'ORDER_PREPARING', { status: 'placed' }))),
    ],
  ])('a history that %s breaks it', (_, facts) => {
    expect(broken(facts)).toContain('legal-changes');
  });
});

describe('the ledger sums to zero', () => {
  const withLedger = (number: number, change: (ledger: OrderLedger) => Partial<OrderLedger>): Facts =>
    withOrder(good(), number, ({ ledger }) => (ledger ? { ledger: { ...ledger, ...change(ledger) } } : {}));
  const swapped = (from: LedgerEntry['account'], to: LedgerEntry['account']) =>
    withLedger(0, ({ balances }) => ({
      balances: balances.map((entry) => (entry.account === from ? { ...entry, account: to } : entry)),
    }));
  it.each<[string, Facts]>([
    ['is not there', withOrder(good(), 0, () => ({ ledger: undefined }))],
    [
      'has a crooked transaction',
      withLedger(0, ({ items: [first, ...rest] }) => ({
        items: first ? [{ ...first, entries: first.entries.slice(1) }, ...rest] : rest,
      })),
    ],
    ['has balances that do not cancel each other', withLedger(0, ({ balances }) => ({ balances: balances.slice(1) }))],
    ['has less at the gateway than the bank', swapped('gateway', 'refunds')],
    ['still holds money for the customer', swapped('platform', 'customer')],
    ['has promised money that is not back', swapped('platform', 'refunds')],
    ['owes its restaurant nothing', swapped('restaurant', 'rider')],
  ])('one that %s breaks it', (_, facts) => {
    expect(broken(facts)).toContain('ledger-sums-to-zero');
    expect(awaitedOrders(facts)).toContain(orderIdOf(0));
  });
});

describe('money adds up', () => {
  const atBank = (number: number, moved: Partial<Facts['bank'][number]>): Facts => ({
    ...good(),
    bank: good().bank.map((one, index) => (index === number ? { ...one, ...moved } : one)),
  });
  it.each<[string, Facts]>([
    ['no PAYMENT_SUCCESS', withoutLogged(0, 'PAYMENT_SUCCESS')],
    [
      'two PAYMENT_SUCCESS',
      withLog((log) => [
        ...log,
        ...log.filter(({ type }) => type === 'PAYMENT_SUCCESS').map((event) => ({ ...event, id: `${event.id}-2` })),
      ]),
    ],
    [
      'a PAYMENT_SUCCESS of another amount',
      withLog((log) =>
        log.map((event) =>
          event.type === 'PAYMENT_SUCCESS' ? { ...event, data: { ...event.data, amountPaise: 1 } } : event,
        ),
      ),
    ],
    ['money that the bank never took', atBank(0, { capturedPaise: 0 })],
    ['money the bank took twice', atBank(0, { capturedPaise: 35_200 })],
    ['a refund the bank never made', atBank(2, { refundedPaise: 0 })],
    ['a refund of what was delivered', atBank(0, { refundedPaise: 17_600 })],
    [
      'no refund of what was cancelled',
      withOrder(atBank(2, { refundedPaise: 0 }), 2, ({ payment }) => ({
        payment: payment && { ...payment, status: 'captured', refunds: [] },
      })),
    ],
  ])('%s breaks it', (_, facts) => {
    expect(broken(facts)).toContain('money-adds-up');
  });
});

describe('one rider, one order', () => {
  it('an order given to a second rider breaks it', () => {
    expect(broken(given(good(), 'second', 1))).toContain('one-rider-one-order');
  });

  it('a rider who is given an order while he carries another breaks it', () => {
    const early = withLog((log) =>
      log.map((event) =>
        event.type === 'RIDER_ASSIGNED' && event.data.orderId === orderIdOf(1)
          ? { ...event, timestamp: good().log.find(({ type }) => type === 'DELIVERY_PICKED_UP')?.timestamp ?? '' }
          : event,
      ),
    );
    expect(broken(early)).toContain('one-rider-one-order');
  });

  it('an order that somebody else delivers than has it breaks it', () => {
    const swapped = withLog((log) =>
      log.map((event) =>
        event.type === 'DELIVERY_COMPLETED'
          ? {
              ...event,
              data: { ...event.data, delivery: { status: 'delivered', assignment: 1, riderUserId: 'other' } },
            }
          : event,
      ),
    );
    expect(broken(swapped)).toContain('one-rider-one-order');
  });

  it('an order of somebody else that was under way before the run does not', () => {
    const stranger = anOrderOf(9, 'delivered', 'ravi').log.filter(({ type }) => type === 'DELIVERY_COMPLETED');
    expect(broken({ ...good(), log: [...stranger, ...good().log] })).toEqual([]);
  });
});

describe('events logged once', () => {
  it.each<[string, Facts]>([
    ['an event that is not there', withoutLogged(0, 'ORDER_ACCEPTED')],
    ['a hole in the stream of a payment', withoutLogged(2, 'REFUND_REQUESTED')],
    ['an event that its history does not know', withHistory(2, (history) => history.slice(0, -1))],
    ['an event that is there twice', withLog((log) => [...log, ...log.slice(3, 4)])],
    [
      'two events with one number',
      withLog((log) => [...log, ...log.slice(3, 4).map((event) => ({ ...event, id: 'other' }))]),
    ],
  ])('%s breaks it', (_, facts) => {
    expect(broken(facts)).toContain('events-logged-once');
  });
});

describe('riders free', () => {
  it('a rider whose app shows a delivery breaks it', () => {
    expect(broken({ ...good(), riders: [{ riderUserId: 'ravi', busyWith: orderIdOf(0) }] })).toEqual(['riders-free']);
  });

  it('a rider who by the log still has an order that ended breaks it', () => {
    expect(broken(withoutLogged(1, 'DELIVERY_COMPLETED'))).toContain('riders-free');
  });
});

describe('kitchens told once', () => {
  const told = (change: (told: Facts['told']) => Facts['told']): Facts => ({ ...good(), told: change(good().told) });
  it.each<[string, Facts]>([
    ['that no kitchen heard of', told((all) => all.slice(1))],
    ['that was told twice in one connection', told((all) => [...all, ...all.slice(0, 1)])],
    ['that was told under another number', told((all) => all.map((push) => ({ ...push, seq: 3 })))],
    [
      'that was told and never placed',
      told((all) => [...all, { orderId: orderIdOf(3), seq: 2, connection: 'kitchen-0 1' }]),
    ],
  ])('an order %s breaks it', (_, facts) => {
    expect(broken(facts)).toEqual(['kitchens-told-once']);
  });

  it('a kitchen that comes back may be told again, or find the order in its list', () => {
    expect(broken(told((all) => [...all, ...all.map((push) => ({ ...push, connection: 'kitchen-0 2' }))]))).toEqual([]);
    expect(broken({ ...told((all) => all.slice(1)), found: new Set([orderIdOf(0)]) })).toEqual([]);
  });
});

it('waits for what may still come, and not for what never heals', () => {
  expect(awaitedOrders(withoutLogged(0, 'ORDER_DELIVERED'))).toContain(orderIdOf(0));
  expect(awaitedOrders(withHistory(0, (history) => history.slice(0, -1)))).toContain(orderIdOf(0));
  expect(awaitedOrders(withLog((log) => [...log, ...log.slice(0, 1)]))).toEqual(new Set());
});

it('keeps every mixture of good orders, and no mixture from which any one event of the log or of a history is missing', async () => {
  const kind = fc.constantFrom('delivered', 'cancelled-paid', 'cancelled-unpaid');
  await fc.assert(
    fc.property(fc.array(kind, { minLength: 1, maxLength: 6 }), fc.nat(), (kinds, at) => {
      const facts = together(kinds.map((one, number) => anOrderOf(number, one, 'ravi')));
      expect(broken(facts)).toEqual([]);
      // The last of a trip or a payment leaves no hole behind; an order's history tells of every one of its own.
      const logged = facts.log.filter(({ source }) => source === 'restaurant');
      const missing = logged[at % logged.length]?.id;
      expect(broken({ ...facts, log: facts.log.filter(({ id }) => id !== missing) })).toContain('events-logged-once');
      const holed = facts.orders.map((order) => ({
        ...order,
        history: order.history?.filter(({ id }) => id !== missing),
      }));
      expect(broken({ ...facts, orders: holed })).not.toEqual([]);
    }),
  );
});
