import { orderId } from '@tiffin/contracts/ids';
import { order } from '@tiffin/contracts/order-api';
import { expect, it } from 'vitest';
import { resumeCustomer } from './customer.ts';
import type { Doors, Visitor } from './doors.ts';
import type { Entry } from './journal.ts';
import { createLedger } from './ledger.ts';
import type { Pace } from './pace.ts';

const id = orderId.parse('1'.repeat(24));
const ORDER = `GET /api/v1/orders/${id}`;
const at = { type: 'Point', coordinates: [77.6, 12.97] };

const anOrder = (status: string) =>
  order.parse({
    _id: id,
    userId: 'asha',
    restaurantId: '2'.repeat(24),
    restaurantName: 'Dosa House',
    items: [],
    subtotalPaise: 0,
    deliveryFeePaise: 0,
    platformFeePaise: 0,
    totalPaise: 0,
    currency: 'INR',
    deliveryAddress: { formattedAddress: 'Here', phone: '+91 98450 12345', location: at },
    pickup: at,
    status,
    paymentStatus: 'paid',
    seq: 1,
    createdAt: '2026-11-01T10:00:00.000Z',
    updatedAt: '2026-11-01T10:00:00.000Z',
  });

const HISTORY = {
  items: [
    {
      id: '018f6b1a-0000-7000-8000-000000000001',
      seq: 1,
      type: 'ORDER_CREATED',
      version: 1,
      timestamp: '2026-11-01T10:00:00.000Z',
      data: {},
      source: 'restaurant',
    },
  ],
};

const atOnce = () => Promise.resolve();
const pace: Pace = { speed: 1, wait: atOnce, unhurried: atOnce };

/** A city that ended with these lines in its journal, and services that answer in turn, or 404. */
const afterACrash = async (earlier: readonly Entry[], answers: Record<string, unknown[]>) => {
  const kept: Entry[] = [];
  const asked: string[] = [];
  const ask: Visitor['ask'] = async (method, _service, path, reply) => {
    asked.push(`${method} ${path}`);
    const body = answers[`${method} ${path}`]?.shift();
    if (body === undefined) return { kind: 'refused', status: 404, code: 'not_found' };
    return { kind: 'answered', body: reply.parse(body) };
  };
  const doors: Doors = { visitor: (_role, sub) => ({ sub, ask, insist: ask, listen: () => () => undefined }) };
  const ledger = createLedger({ nowMs: () => 0, journal: { earlier, keep: (entry) => kept.push(entry) } });
  for (const unfinished of ledger.unfinished()) await resumeCustomer(unfinished, { doors, ledger, pace });
  return { kept, asked, summary: ledger.summary() };
};

const SET_OUT: Entry = { kind: 'set-out', customer: 'asha' };
const ORDERED: Entry = { kind: 'ordered', customer: 'asha', orderId: id };

it('pays and follows the order of an earlier run to its end', async () => {
  const { kept, asked, summary } = await afterACrash([SET_OUT, ORDERED], {
    [ORDER]: ['pending_payment', 'placed', 'delivered'].map((status) => ({ order: anOrder(status) })),
    [`${ORDER}/events`]: [HISTORY],
  });
  expect(asked).toContain('POST /api/v1/payments');
  expect(kept).toEqual([
    { kind: 'ended', orderId: id, status: 'delivered' },
    { kind: 'complete', orderId: id },
  ]);
  expect(summary).toMatchObject({ orders: 1, byStatus: { delivered: 1 }, lost: 0 });
});

it('finds the order whose answer was not heard before the crash', async () => {
  const { summary } = await afterACrash([SET_OUT], {
    'GET /api/v1/orders': [{ items: [anOrder('placed')], nextCursor: null }],
    [ORDER]: [{ order: anOrder('delivered') }],
    [`${ORDER}/events`]: [HISTORY],
  });
  expect(summary).toMatchObject({ orders: 1, byStatus: { delivered: 1 }, lost: 0 });
});

it('counts no order where none arrived', async () => {
  const { kept, summary } = await afterACrash([SET_OUT], {
    'GET /api/v1/orders': [{ items: [], nextCursor: null }],
  });
  expect(kept).toEqual([{ kind: 'turned-away', customer: 'asha' }]);
  expect(summary).toMatchObject({ orders: 0, lost: 0 });
});

it('shows an order as lost that was answered before the crash and is not there any more', async () => {
  const { summary } = await afterACrash([SET_OUT, ORDERED], {});
  expect(summary).toMatchObject({ orders: 1, lost: 1 });
});

it('shows an order as lost whose history is empty or has a gap', async () => {
  for (const items of [[], HISTORY.items.map((event) => ({ ...event, seq: 2 }))]) {
    const { summary } = await afterACrash([SET_OUT, ORDERED], {
      [ORDER]: [{ order: anOrder('delivered') }],
      [`${ORDER}/events`]: [{ items }],
    });
    expect(summary.lost).toBe(1);
  }
});
