import { randomUUID } from 'node:crypto';
import { auditReply, deadLetterGroups, deadLettersReply, queuesReply } from '@tiffin/contracts/operations-api';
import { type BareChannel, openBareChannel } from '@tiffin/testing/broker-vhost';
import { eventually } from '@tiffin/testing/eventually';
import mongoose from 'mongoose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { orderEvent, type Stand, startStand } from '../utils.fixture.ts';

let stand: Stand;
let bare: BareChannel;
let end: () => Promise<void>;
beforeAll(async () => {
  stand = await startStand('dead-letters');
  ({ channel: bare, end } = await openBareChannel(stand.config.RABBITMQ_URL));
});
afterEach(async () => {
  for (const queue of ['PAYMENT_SUCCESS', 'PAYMENT_SUCCESS.dead', 'utils.refunds.dead']) await bare.purgeQueue(queue);
});
afterAll(async () => {
  await end?.();
  await stand?.close();
});

const ask = (method: string, route: string, body?: unknown) => stand.call(stand.admin, method, route, body);
const groups = async () => deadLetterGroups.parse((await ask('GET', '/admin/dlq')).body).items;
const letters = async (queue: string, query = '?limit=100') =>
  deadLettersReply.parse((await ask('GET', `/admin/dlq/${queue}${query}`)).body);
const idsIn = async (queue: string) => (await letters(queue)).items.map(({ id }) => id);
const audit = async () => auditReply.parse((await ask('GET', '/admin/audit?limit=100')).body).items;
const oneLetterIn = (queue: string) =>
  eventually(`a letter in ${queue}`, async () => {
    const { items } = await letters(queue);
    return items.length === 1 && items[0];
  });
const nothingIn = (queue: string) =>
  eventually(`${queue} to be empty`, async () => (await bare.checkQueue(queue)).messageCount === 0);

const orderId = 'aaaaaaaaaaaaaaaaaaaaaaaa';
const paid = (paymentId: string, amount: unknown = 307) => ({
  type: 'PAYMENT_SUCCESS',
  data: { orderId, paymentId, amount },
  timestamp: '2026-11-01T10:00:00.000Z',
});
// Nobody reads this queue here, so what is sent back to it can be looked at.
const bury = async (...bodies: (string | object)[]) => {
  for (const [index, body] of bodies.entries()) {
    await bare.put('PAYMENT_SUCCESS.dead', typeof body === 'string' ? body : JSON.stringify(body), {
      messageId: `m-${index}`,
      headers: { 'tiffin-reason': 'schema', 'tiffin-error': 'data.amount: wrong' },
    });
  }
};
const sentBack = async () => (await bare.takeAll('PAYMENT_SUCCESS')).map(({ content }) => content.toString());

/** As a database that was restored from an older copy. */
const hidePayment = async (hidden: string) => {
  const payments = stand.database.collection('payments');
  const _id = new mongoose.Types.ObjectId(hidden);
  const document = await payments.findOne({ _id });
  if (!document) throw new Error('there is no such payment');
  await payments.deleteOne({ _id });
  return () => payments.insertOne(document);
};

describe('what a real consumer buried', () => {
  it('shows with its reason and error, and is handled by a retry once the cause has gone', async () => {
    const bill = stand.newBill();
    const { razorpayOrderId } = await stand.checkout(bill.orderId);
    const { razorpay_payment_id: paymentId } = await stand.pay(razorpayOrderId, { outcome: 'captured' });
    await eventually('the payment', async () => (await stand.stream(bill.orderId)).includes('PAYMENT_SUCCESS'));
    const putBack = await hidePayment(bill.orderId);
    const refused = { paymentId, reason: 'wrong_amount', paidPaise: 100, paidCurrency: 'INR' };
    const event = orderEvent('ORDER_PAYMENT_REFUSED', bill, refused);
    await stand.publish(event);
    const letter = await oneLetterIn('utils.refunds');
    expect(letter).toMatchObject({
      id: event.id,
      type: 'ORDER_PAYMENT_REFUSED',
      reason: 'broken-rule',
      error: 'no such payment here',
      attempts: 1,
      format: 'json',
      body: event,
      truncated: false,
    });
    expect(Date.now() - Date.parse(letter.deadAt ?? '')).toBeLessThan(60_000);
    expect(await groups()).toContainEqual({
      queue: 'utils.refunds',
      type: 'ORDER_PAYMENT_REFUSED',
      reason: 'broken-rule',
      error: 'no such payment here',
      count: 1,
      oldestAt: letter.deadAt,
      newestAt: letter.deadAt,
    });

    const retry = () => ask('POST', '/admin/dlq/utils.refunds/retry', { ids: [event.id] });
    expect((await retry()).body).toEqual({ retried: 1, failed: [], unread: 0 });
    expect((await oneLetterIn('utils.refunds')).deadAt).not.toBe(letter.deadAt);
    await putBack();
    expect((await retry()).body).toEqual({ retried: 1, failed: [], unread: 0 });
    await eventually('the refund', async () => (await stand.stream(bill.orderId)).includes('REFUND_REQUESTED'));
    await nothingIn('utils.refunds.dead');
  });

  it('is healed by a corrected body; a wrong correction is refused and the letter stays', async () => {
    const bill = stand.newBill();
    const { razorpayOrderId } = await stand.checkout(bill.orderId);
    await stand.pay(razorpayOrderId, { outcome: 'captured' });
    await eventually('the payment', async () => (await stand.stream(bill.orderId)).includes('PAYMENT_SUCCESS'));
    await bare.put('utils.refunds', 'this is no JSON');
    const { id, reason, format, body } = await oneLetterIn('utils.refunds');
    expect({ reason, format, body }).toEqual({
      reason: 'not-json',
      format: 'bytes',
      body: { text: 'this is no JSON', base64: Buffer.from('this is no JSON').toString('base64') },
    });

    const right = orderEvent('ORDER_CANCELLED', bill, { by: 'customer', reason: 'changed my mind' });
    const edited = (event: object) =>
      ask('POST', '/admin/dlq/utils.refunds/retry', { ids: [id], edit: { [id]: event } });
    expect((await edited({ ...right, data: { ...right.data, orderId: 'short' } })).body).toMatchObject({
      retried: 0,
      failed: [{ id, error: expect.stringContaining('data.orderId') }],
    });
    expect((await edited({ ...right, type: 'ORDER_PLACED' })).body).toMatchObject({ retried: 0, failed: [{ id }] });
    expect(await idsIn('utils.refunds')).toEqual([id]);

    expect((await edited(right)).body).toEqual({ retried: 1, failed: [], unread: 0 });
    await eventually('the refund', async () => (await stand.stream(bill.orderId)).includes('REFUND_REQUESTED'));
    await nothingIn('utils.refunds.dead');
    expect((await audit())[0]).toMatchObject({
      who: stand.admin.sub,
      action: 'dead-letters.retry',
      target: 'utils.refunds',
      detail: { ids: [id], edited: [id], outcome: { retried: 1, failed: [] } },
    });
  });

  it('can be discarded, with a reason that the audit keeps', async () => {
    await bare.put('utils.refunds', Buffer.from([0xff, 0xfe, 0x00, 0x7b]));
    const { id } = await oneLetterIn('utils.refunds');
    const asked = { ids: [id, 'nobody'], reason: 'a test of the gateway' };
    expect((await ask('POST', '/admin/dlq/utils.refunds/discard', asked)).body).toEqual({
      discarded: 1,
      failed: [{ id: 'nobody', error: 'there is no such letter' }],
    });
    expect((await bare.checkQueue('utils.refunds.dead')).messageCount).toBe(0);
    const [entry] = await audit();
    expect(entry).toMatchObject({
      who: stand.admin.sub,
      action: 'dead-letters.discard',
      target: 'utils.refunds',
      detail: { ids: [id, 'nobody'], reason: 'a test of the gateway', outcome: { discarded: 1 } },
    });
    expect(Date.now() - Date.parse(entry?.at ?? '')).toBeLessThan(60_000);
  });
});

describe('letters of a queue', () => {
  it('keep their place and order around those that are settled', async () => {
    await bury(...Array.from({ length: 9 }, (_, index) => paid(`pay_${index}`)));
    await ask('POST', '/admin/dlq/PAYMENT_SUCCESS/retry', { ids: ['m-4', 'm-1'] });
    await ask('POST', '/admin/dlq/PAYMENT_SUCCESS/discard', { ids: ['m-6'], reason: 'old' });
    expect(await idsIn('PAYMENT_SUCCESS')).toEqual(['m-0', 'm-2', 'm-3', 'm-5', 'm-7', 'm-8']);
    expect(await sentBack()).toEqual([paid('pay_1'), paid('pay_4')].map((body) => JSON.stringify(body)));
  });

  it('are grouped by cause', async () => {
    await bury(paid('pay_1'), paid('pay_2'), 'rubbish');
    expect(await groups()).toMatchObject([
      { queue: 'PAYMENT_SUCCESS', type: 'PAYMENT_SUCCESS', error: 'data.amount: wrong', count: 2, oldestAt: null },
      { queue: 'PAYMENT_SUCCESS', type: null, reason: 'schema', count: 1 },
    ]);
  });

  it('come in pages', async () => {
    await bury(...Array.from({ length: 5 }, (_, index) => paid(`pay_${index}`)));
    const first = await letters('PAYMENT_SUCCESS', '?limit=2');
    const cursor = encodeURIComponent(first.nextCursor ?? '');
    // What leaves meanwhile moves nobody out of the next page.
    await ask('POST', '/admin/dlq/PAYMENT_SUCCESS/discard', { ids: ['m-0'], reason: 'old' });
    const second = await letters('PAYMENT_SUCCESS', `?limit=2&cursor=${cursor}`);
    const third = await letters('PAYMENT_SUCCESS', `?limit=2&cursor=${encodeURIComponent(second.nextCursor ?? '')}`);
    const pages = [first, second, third].map(({ items }) => items.map(({ id }) => id));
    expect(pages).toEqual([['m-0', 'm-1'], ['m-2', 'm-3'], ['m-4']]);
    expect(third.nextCursor).toBeNull();
    expect((await ask('GET', `/admin/dlq/rider.orders?cursor=${cursor}`)).status).toBe(400);
  });

  it('are all retried at the rate that was asked, each once', async () => {
    await bury(...Array.from({ length: 8 }, (_, index) => paid(`pay_${index}`)));
    const startedAt = performance.now();
    const answer = await ask('POST', '/admin/dlq/PAYMENT_SUCCESS/retry', { all: true, ratePerSecond: 10 });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(695);
    expect(answer.body).toEqual({ retried: 8, failed: [], unread: 0 });
    expect(await sentBack()).toHaveLength(8);
    expect(await idsIn('PAYMENT_SUCCESS')).toEqual([]);
  });

  it('are neither lost nor doubled by two who retry them at once', async () => {
    await bury(...Array.from({ length: 40 }, (_, index) => paid(`pay_${index}`)));
    const answers = await Promise.all(
      [1, 2, 3].map(() => ask('POST', '/admin/dlq/PAYMENT_SUCCESS/retry', { all: true })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const sent = await sentBack();
    expect([new Set(sent).size, sent.length]).toEqual([40, 40]);
  });

  it('are shown in part when they are large, and can be retried whole', async () => {
    const body = JSON.stringify(paid('pay_1', 'x'.repeat(200_000)));
    const deep = '['.repeat(5_000) + ']'.repeat(5_000);
    await bury(body, deep);
    const [large, nested] = (await letters('PAYMENT_SUCCESS')).items;
    expect(large).toMatchObject({ format: 'bytes', truncated: true, bytes: body.length });
    expect(JSON.stringify(large).length).toBeLessThan(170_000);
    expect(nested).toMatchObject({ format: 'bytes', truncated: false, bytes: 10_000 });
    await ask('POST', '/admin/dlq/PAYMENT_SUCCESS/retry', { ids: ['m-0'] });
    expect(await sentBack()).toEqual([body]);
  });
});

describe('who may ask, and how', () => {
  const RETRY = '/admin/dlq/PAYMENT_SUCCESS/retry';

  it('only administrators may', async () => {
    const routes = [
      ['GET', '/admin/dlq'],
      ['GET', '/admin/dlq/PAYMENT_SUCCESS'],
      ['POST', RETRY, { all: true }],
      ['POST', '/admin/dlq/PAYMENT_SUCCESS/discard', { ids: ['m-0'], reason: 'x' }],
      ['GET', '/admin/audit'],
      ['GET', '/admin/queues'],
    ] as const;
    for (const [method, route, body] of routes) {
      expect((await stand.call(stand.owner, method, route, body)).status).toBe(403);
      expect((await stand.call(undefined, method, route, body)).status).toBe(401);
    }
  });

  it('a queue that is none of ours is 404', async () => {
    for (const queue of ['nothing', 'PAYMENT_SUCCESS.dead', '%2e%2e']) {
      expect((await ask('GET', `/admin/dlq/${queue}`)).status).toBe(404);
      expect((await ask('POST', `/admin/dlq/${queue}/retry`, { all: true })).status).toBe(404);
      expect((await ask('POST', `/admin/dlq/${queue}/discard`, { ids: ['a'], reason: 'b' })).status).toBe(404);
    }
  });

  it('a retry names letters or says all; an edit belongs to a letter that is named', async () => {
    const wrong = [{}, { all: false }, { ids: [] }, { ids: ['a'], all: true }, { ids: ['a'], edit: { b: {} } }];
    for (const body of [...wrong, { all: true, ratePerSecond: 0 }, { ids: ['a'], extra: 1 }]) {
      expect(await ask('POST', RETRY, body)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    }
    expect((await ask('POST', '/admin/dlq/PAYMENT_SUCCESS/discard', { ids: ['a'] })).status).toBe(400);
    expect((await ask('GET', '/admin/dlq/PAYMENT_SUCCESS?cursor=forged')).status).toBe(400);
  });

  it('an unknown letter is answered by name', async () => {
    const id = randomUUID();
    expect((await ask('POST', RETRY, { ids: [id] })).body).toEqual({
      retried: 0,
      failed: [{ id, error: 'there is no such letter' }],
      unread: 0,
    });
  });
});

describe('depths of the queues', () => {
  const metrics = async () => (await fetch(`${stand.url}/metrics`)).text();

  it('are shown by queue, ladder step and kind', async () => {
    await bury(paid('pay_1'), paid('pay_2'));
    await bare.put('PAYMENT_SUCCESS', '{}');
    const found = await eventually('the depth', async () => {
      const { items } = queuesReply.parse((await ask('GET', '/admin/queues')).body);
      const depth = items.find(({ queue }) => queue === 'PAYMENT_SUCCESS');
      return depth?.dead === 2 && depth.ready === 1 && { depth, items };
    });
    expect(found.items).toHaveLength(8);
    expect(found.items.find(({ queue }) => queue === 'utils.refunds')?.consumers).toBe(1);
    expect(found.depth.retry).toEqual(
      [1_000, 5_000, 15_000, 60_000, 300_000].map((delayMs) => ({ delayMs, messages: 0 })),
    );
    const text = await metrics();
    expect(text).toMatch(/tiffin_queue_messages\{queue="PAYMENT_SUCCESS",kind="dead".*\} 2\n/);
    expect(text).toMatch(/tiffin_queue_messages\{queue="PAYMENT_SUCCESS",kind="ready".*\} 1\n/);
    expect(text).toMatch(/tiffin_queue_messages\{queue="utils\.event-log",kind="retry".*\} 0\n/);
  });

  it('without a broker are unknown, not 0, and every question about letters is 503 and changes nothing', async () => {
    await bury(paid('pay_1'), paid('pay_2'));
    const before = (await audit()).length;
    stand.network.blackHole('both');
    stand.network.cut();
    await eventually('503', async () => (await ask('GET', '/admin/dlq')).status === 503);
    const asked = [
      await ask('GET', '/admin/dlq/PAYMENT_SUCCESS'),
      await ask('POST', '/admin/dlq/PAYMENT_SUCCESS/retry', { ids: ['m-0'] }),
      await ask('POST', '/admin/dlq/PAYMENT_SUCCESS/retry', { all: true }),
      await ask('POST', '/admin/dlq/PAYMENT_SUCCESS/discard', { ids: ['m-0'], reason: 'x' }),
      await ask('GET', '/admin/queues'),
    ];
    for (const { status, body, headers } of asked) {
      expect({ status, body }).toMatchObject({ status: 503, body: { code: 'unavailable' } });
      expect(headers.get('retry-after')).toBe('2');
    }
    await eventually('no depth', async () => !/tiffin_queue_messages\{/.test(await metrics()));
    for (const { detail } of (await audit()).slice(0, -before)) {
      expect(detail).toMatchObject({ outcome: { fault: 'BrokerAwayError' } });
    }

    stand.network.blackHole('none');
    stand.network.cut();
    ({ channel: bare, end } = await openBareChannel(stand.config.RABBITMQ_URL));
    await eventually('the letters again', async () => (await letters('PAYMENT_SUCCESS')).items.length === 2, {
      withinMs: 30_000,
    });
  });
});
