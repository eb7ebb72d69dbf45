import { randomUUID } from 'node:crypto';
import type { Envelope } from '@tiffin/contracts/envelope';
import { type LedgerEntry, ledgerReply, type OrderLedger, orderLedger, settlement } from '@tiffin/contracts/ledger-api';
import type { Bill } from '@tiffin/contracts/order-api';
import { signUserToken } from '@tiffin/platform/auth/tokens';
import { eventually } from '@tiffin/testing/eventually';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { orderEvent, type Stand, startStand } from '../utils.fixture.ts';
import { EARNING, orderOf, rider, SUBTOTAL, TOTAL } from './order-money.fixture.ts';

const FEES = TOTAL - SUBTOTAL;
const DOSA = 'd'.repeat(24);

let stand: Stand;
beforeAll(async () => {
  stand = await startStand('ledger');
});
afterAll(() => stand?.close());

const look = (path: string) => stand.call(stand.admin, 'GET', `/admin/ledger${path}`);
const ledgerOf = async (orderId: string): Promise<OrderLedger> =>
  orderLedger.parse((await look(`/orders/${orderId}`)).body);
const amounts = (entries: readonly LedgerEntry[]): Record<string, number> =>
  Object.fromEntries(entries.map(({ account, amountPaise }) => [account, amountPaise]));
const sum = (entries: readonly LedgerEntry[]) => entries.reduce((total, { amountPaise }) => total + amountPaise, 0);

/** The ledger of an order once it posts exactly this; checked to sum to zero and to say what the payment says. */
const settledLedger = async (orderId: string, types: readonly string[]) => {
  const shown = await eventually(`the ledger of ${types}`, async () => {
    const found = await ledgerOf(orderId);
    return found.items.map(({ type }) => type).join() === types.join() && found.payment?.agrees && found;
  });
  for (const { entries } of shown.items) expect(sum(entries)).toBe(0);
  expect(sum(shown.balances)).toBe(0);
  return shown;
};

const aPaidOrder = async (changes: Partial<Bill> = {}) => {
  const bill = stand.newBill(changes);
  const { razorpayOrderId } = await stand.checkout(bill.orderId);
  const { razorpay_payment_id: paymentId } = await stand.pay(razorpayOrderId);
  await eventually('PAYMENT_SUCCESS', async () => (await stand.stream(bill.orderId)).includes('PAYMENT_SUCCESS'));
  await stand.publish(orderEvent('ORDER_PLACED', bill, { status: 'placed', paymentId, order: orderOf(bill.orderId) }));
  return { bill, orderId: bill.orderId, razorpayOrderId };
};
const completed = (bill: Bill): Envelope => ({
  ...orderEvent('DELIVERY_COMPLETED', bill, {
    delivery: { status: 'delivered', assignment: 1, ...rider, earningPaise: EARNING },
    closed: [],
  }),
  source: 'rider',
});
const deliver = async (bill: Bill) => {
  const trip = completed(bill);
  await stand.publish(trip);
  const timestamp = new Date(Date.parse(trip.timestamp) + 1).toISOString();
  await stand.publish({ ...orderEvent('ORDER_DELIVERED', bill, { ...rider, status: 'delivered' }), timestamp });
};
const refund = (orderId: string, wish: object) =>
  stand.call(stand.admin, 'POST', `/api/v1/payments/${orderId}/refunds`, { reason: 'asked', ...wish });

describe('the ledger of an order', () => {
  it('delivered, and with an item missing: the restaurant gets its subtotal less the item, the rider his earning', async () => {
    const { bill, orderId } = await aPaidOrder();
    await deliver(bill);
    const delivered = await settledLedger(orderId, ['PAYMENT_SUCCESS', 'DELIVERY_COMPLETED', 'ORDER_DELIVERED']);
    expect(delivered.items.at(-1)?.entries).toEqual([
      { account: 'customer', amountPaise: TOTAL },
      { account: 'restaurant', party: bill.restaurantId, amountPaise: -SUBTOTAL },
      { account: 'platform', amountPaise: -FEES },
    ]);
    expect(delivered.payment).toEqual({ capturedPaise: TOTAL, refundedPaise: 0, agrees: true });

    expect((await refund(orderId, { items: [{ itemId: DOSA, quantity: 1 }] })).status).toBe(202);
    const shown = await settledLedger(orderId, [
      ...delivered.items.map(({ type }) => type),
      'REFUND_REQUESTED',
      'REFUND_PROCESSED',
    ]);
    const { refundedPaise = 0 } = shown.payment ?? {};
    expect(refundedPaise).toBeGreaterThan(3_333);
    expect(amounts(shown.balances)).toEqual({
      gateway: TOTAL - refundedPaise,
      restaurant: 3_333 - SUBTOTAL,
      rider: -EARNING,
      platform: EARNING - FEES + refundedPaise - 3_333,
    });
  });

  it('cancelled, also when told twice: nothing is left of it', async () => {
    const { bill, orderId } = await aPaidOrder();
    const event = orderEvent('ORDER_CANCELLED', bill, { by: 'customer' });
    await Promise.all([stand.publish(event), stand.publish(event)]);
    await stand.publish({ ...event, id: randomUUID() });
    const shown = await settledLedger(orderId, ['PAYMENT_SUCCESS', 'REFUND_REQUESTED', 'REFUND_PROCESSED']);
    expect(shown.balances).toEqual([]);
    expect(shown.payment).toEqual({ capturedPaise: TOTAL, refundedPaise: TOTAL, agrees: true });
  });

  it('cancelled for want of a rider when the food was ready: the restaurant gets its food paid', async () => {
    const { bill, orderId } = await aPaidOrder();
    await stand.publish({
      ...orderEvent('ORDER_READY_FOR_RIDER', bill, { location: { type: 'Point', coordinates: [77.6, 12.97] } }),
      version: 2,
    });
    await stand.publish(orderEvent('ORDER_CANCELLED', bill, { by: 'no_rider' }));
    const shown = await settledLedger(orderId, [
      'PAYMENT_SUCCESS',
      'ORDER_CANCELLED',
      'REFUND_REQUESTED',
      'REFUND_PROCESSED',
    ]);
    expect(amounts(shown.balances)).toEqual({ restaurant: -SUBTOTAL, platform: SUBTOTAL });
  });

  it('paid twice: the second payment comes in, and goes back', async () => {
    const { orderId, razorpayOrderId } = await aPaidOrder();
    await stand.pay(razorpayOrderId, { force: true });
    const shown = await settledLedger(orderId, [
      'PAYMENT_SUCCESS',
      'PAYMENT_SURPLUS',
      'REFUND_REQUESTED',
      'REFUND_PROCESSED',
    ]);
    expect(amounts(shown.balances)).toEqual({ customer: -TOTAL, gateway: TOTAL });
    expect(shown.payment).toEqual({ capturedPaise: 2 * TOTAL, refundedPaise: TOTAL, agrees: true });
  });

  it('whose refund fails: the money is held for the customer again', async () => {
    const { orderId } = await aPaidOrder();
    // The amount that the gateway's test mode fails.
    await refund(orderId, { amountPaise: 2_468 });
    const shown = await eventually('a refund that failed', async () => {
      const found = await ledgerOf(orderId);
      return found.items.some(({ type }) => type === 'REFUND_FAILED') && found;
    });
    const [asked, gone] = ['REFUND_REQUESTED', 'REFUND_FAILED'].map((wanted) =>
      amounts(shown.items.find(({ type }) => type === wanted)?.entries ?? []),
    );
    expect(asked).toEqual({ customer: 2_468, refunds: -2_468 });
    expect(gone).toEqual({ customer: -2_468, refunds: 2_468 });
    expect(shown.payment).toMatchObject({ capturedPaise: TOTAL, refundedPaise: 0 });
  });

  it('that was made and not paid posts nothing; one nobody heard of is not there', async () => {
    const { orderId } = stand.newBill();
    expect(await look(`/orders/${orderId}`)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    await stand.checkout(orderId);
    expect(await ledgerOf(orderId)).toEqual({
      orderId,
      items: [],
      balances: [],
      payment: { capturedPaise: 0, refundedPaise: 0, agrees: true },
    });
    expect((await look('/orders/x')).status).toBe(400);
  });
});

describe('the ledger of a time', () => {
  const page = async (query: string) => ledgerReply.parse((await look(`?${query}`)).body);
  const hour = () => {
    const now = Date.now();
    return `from=${new Date(now - 3_600_000).toISOString()}&to=${new Date(now + 3_600_000).toISOString()}`;
  };

  it('is read page by page, oldest first, by order or by account', async () => {
    const { bill, orderId } = await aPaidOrder();
    await deliver(bill);
    const { items } = await settledLedger(orderId, ['PAYMENT_SUCCESS', 'DELIVERY_COMPLETED', 'ORDER_DELIVERED']);
    expect(await page(`${hour()}&orderId=${orderId}`)).toEqual({ items, nextCursor: null });
    expect((await page(`${hour()}&orderId=${orderId}&account=rider`)).items).toEqual(
      items.filter(({ type }) => type === 'DELIVERY_COMPLETED'),
    );

    const within = hour();
    const whole = await page(`${within}&limit=100`);
    const read: typeof items = [];
    let cursor = '';
    for (;;) {
      const { items: some, nextCursor } = await page(`${within}&limit=2${cursor}`);
      expect(some.length).toBeLessThanOrEqual(2);
      read.push(...some);
      if (nextCursor === null) break;
      cursor = `&cursor=${encodeURIComponent(nextCursor)}`;
    }
    expect(read).toEqual(whole.items);
    expect(read.map(({ at }) => at)).toEqual(read.map(({ at }) => at).sort());
    for (const transaction of items) expect(read).toContainEqual(transaction);
  });

  it('has its first moment in it, and its last one not', async () => {
    const { bill, orderId } = await aPaidOrder();
    await deliver(bill);
    const { items } = await settledLedger(orderId, ['PAYMENT_SUCCESS', 'DELIVERY_COMPLETED', 'ORDER_DELIVERED']);
    const at = items[0]?.at ?? '';
    const later = new Date(Date.parse(at) + 1).toISOString();
    const india = `${new Date(Date.parse(at) + 330 * 60_000).toISOString().replace('Z', '+05:30')}`;
    const types = async (from: string, to: string) =>
      (await page(`from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}&orderId=${orderId}`)).items.map(
        ({ type }) => type,
      );
    expect(await types(at, later)).toEqual(['PAYMENT_SUCCESS']);
    expect(await types(india, later)).toEqual(['PAYMENT_SUCCESS']);
    expect(await types('2020-01-01T00:00:00Z', at)).toEqual([]);
  });

  it.each([
    ['', '/query/from'],
    ['from=2026-11-01T00:00:00Z', '/query/to'],
    ['from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z', '/query/to'],
    ['from=2026-11-01T00:00:00Z&to=2026-11-01T00:00:00Z', '/query/to'],
    ['from=2026-11-01&to=2026-11-02T00:00:00Z', '/query/from'],
    ['from=2026-02-30T00:00:00Z&to=2026-11-02T00:00:00Z', '/query/from'],
    ['from=0001-01-01T00:00:00Z&to=2026-11-02T00:00:00Z', '/query/from'],
    ['from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z&account=mine', '/query/account'],
    ['from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z&orderId[$ne]=1', '/query/orderId[$ne]'],
    ['from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z&limit=1000', '/query/limit'],
  ])('is not read for %j', async (query, pointer) => {
    const { status, body } = await look(`?${query}`);
    expect(status).toBe(400);
    const { errors } = z.object({ errors: z.array(z.object({ pointer: z.string() })) }).parse(body);
    expect(errors.map((error) => error.pointer)).toContain(pointer);
  });

  it('is not read on from a place that is not one of its own', async () => {
    expect((await look(`?${hour()}&cursor=abc`)).status).toBe(400);
  });
});

describe('the settlement of a day', () => {
  /** Today in India. */
  const today = () => new Date(Date.now() + 330 * 60_000).toISOString().slice(0, 10);
  const day = async (query: string) => {
    const { body, headers } = await look(`/settlement?date=${today()}&format=json${query}`);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    return settlement.parse(body);
  };

  it('pays each restaurant and each rider what the ledger owes them, as a file and as JSON', async () => {
    const before = await day('');
    const { bill, orderId } = await aPaidOrder();
    await deliver(bill);
    await settledLedger(orderId, ['PAYMENT_SUCCESS', 'DELIVERY_COMPLETED', 'ORDER_DELIVERED']);
    const after = await day('');
    const grew = (kind: string) => {
      const [one, other] = [before, after].map(({ items }) => items.find((item) => item.kind === kind));
      return (other?.netPaise ?? 0) - (one?.netPaise ?? 0);
    };
    expect([grew('restaurant'), grew('rider')]).toEqual([SUBTOTAL, EARNING]);
    expect(after.total.netPaise).toBe(after.items.reduce((total, { netPaise }) => total + netPaise, 0));
    expect((await day('&kind=rider')).items).toEqual(after.items.filter(({ kind }) => kind === 'rider'));

    const token = signUserToken({ secret: stand.config.JWT_SECRET ?? '', ...stand.admin, ttlSeconds: 60 });
    const file = await fetch(`${stand.url}/admin/ledger/settlement?date=${today()}&kind=rider`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(file.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(file.headers.get('content-disposition')).toBe(`attachment; filename="settlement-${today()}-rider.csv"`);
    const lines = (await file.text()).split('\r\n');
    expect(lines[0]).toBe('kind,id,orders,grossPaise,deductionsPaise,netPaise,netRupees');
    const [payout] = after.items.filter(({ kind }) => kind === 'rider');
    expect(lines[1]).toMatch(`rider,${rider.riderId},${payout?.orders},${payout?.grossPaise},0,${payout?.netPaise},`);
    expect(lines.at(-2)).toMatch(/^total,,/);
  });

  it('of a day without orders is nothing', async () => {
    const { body } = await look('/settlement?date=2020-02-29&format=json');
    expect(body).toMatchObject({
      from: '2020-02-28T18:30:00.000Z',
      to: '2020-02-29T18:30:00.000Z',
      timeZone: 'Asia/Kolkata',
      items: [],
      total: { orders: 0, netPaise: 0 },
    });
  });

  it.each([
    '',
    'date=2026-02-30',
    'date=today',
    'date=1969-12-31',
    'date=2026-11-01T00:00:00Z',
    'date=2026-11-01&kind=cook',
  ])('is not made for %j', async (query) => {
    expect((await look(`/settlement?${query}`)).status).toBe(400);
  });
});

it('shows the ledger to admins only', async () => {
  const within = 'from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z';
  for (const path of [`?${within}`, `/orders/${'0'.repeat(24)}`, '/settlement?date=2026-11-01']) {
    for (const who of [stand.customer, stand.owner, { role: 'rider', sub: 'asha' } as const]) {
      expect((await stand.call(who, 'GET', `/admin/ledger${path}`)).status).toBe(403);
    }
    expect((await stand.call(undefined, 'GET', `/admin/ledger${path}`)).status).toBe(401);
  }
});
