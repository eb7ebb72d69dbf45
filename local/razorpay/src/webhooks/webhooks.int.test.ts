import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Order, Payment, Refund } from '../entities.ts';
import {
  eventually,
  failing,
  type ReceivedWebhook,
  startGateway,
  startPaidGateway,
  WEBHOOK_SECRET,
} from '../gateway.fixture.ts';

interface Envelope {
  readonly entity: string;
  readonly account_id: string;
  readonly event: string;
  readonly contains: readonly string[];
  readonly payload: {
    readonly payment: { readonly entity: Payment };
    readonly order?: { readonly entity: Order };
    readonly refund?: { readonly entity: Refund };
  };
  readonly created_at: number;
}

const envelopeOf = ({ raw }: ReceivedWebhook): Envelope => JSON.parse(raw.toString('utf8'));
const isSignedWith = (secret: string, { raw, headers }: ReceivedWebhook): boolean =>
  headers['x-razorpay-signature'] === createHmac('sha256', secret).update(raw).digest('hex');

describe('what is sent', () => {
  test('a paid order is told by three webhooks, each signed over its exact bytes', async () => {
    const { receiver, order, paymentId, state } = await startPaidGateway();
    await eventually(() => expect(receiver.received).toHaveLength(3));
    const { accountId } = await state();
    for (const webhook of receiver.received) {
      expect(isSignedWith(WEBHOOK_SECRET, webhook)).toBe(true);
      expect(webhook.headers['content-type']).toBe('application/json');
      expect(envelopeOf(webhook)).toMatchObject({ entity: 'event', account_id: accountId, event: webhook.event });
    }
    const ids = receiver.received.map(({ headers }) => headers['x-razorpay-event-id']);
    expect(new Set(ids).size).toBe(3);

    const of = (name: string) => receiver.received.filter(({ event }) => event === name).map(envelopeOf)[0];
    expect(of('payment.authorized')).toMatchObject({
      contains: ['payment'],
      payload: { payment: { entity: { id: paymentId, status: 'authorized', captured: false, notes: [] } } },
    });
    expect(of('payment.captured')?.payload.payment.entity).toMatchObject({ status: 'captured', order_id: order.id });
    expect(of('order.paid')).toMatchObject({
      contains: ['payment', 'order'],
      payload: { order: { entity: { id: order.id, status: 'paid', amount_paid: 50_000 } } },
    });
  });

  test('card webhooks say captured even when the payment has failed, as the official samples do', async () => {
    const { order, pay, receiver } = await startGateway();
    await pay((await order()).id, { method: 'card', outcome: 'failed' });
    const webhook = await eventually(() => {
      const [first] = receiver.received;
      if (first === undefined) throw new Error('nothing yet');
      return envelopeOf(first);
    });
    expect(webhook.payload.payment.entity).toMatchObject({ status: 'failed', captured: true, method: 'card' });
  });

  test('a refund is told when it is created and when it is processed', async () => {
    const { refund, receiver, paymentId } = await startPaidGateway({ timings: { refundSettlesMs: 40 } });
    await refund(paymentId, { amount: 20_000 });
    await eventually(() => expect(receiver.names()).toContain('refund.processed'));
    const created = receiver.received.filter(({ event }) => event === 'refund.created').map(envelopeOf)[0];
    expect(created).toMatchObject({
      contains: ['refund', 'payment'],
      payload: {
        refund: { entity: { amount: 20_000, status: 'processed' } },
        payment: { entity: { amount_refunded: 20_000, refund_status: 'partial' } },
      },
    });
  });
});

describe('how it is delivered', () => {
  test('BP-04 a webhook is sent again, the same bytes, until it is acknowledged', async () => {
    const { order, pay, receiver, state } = await startGateway({ timings: { firstRetryMs: 10 } });
    receiver.answerWith((response) => response.writeHead(receiver.received.length < 4 ? 503 : 200).end());
    await pay((await order()).id, { outcome: 'failed' });
    await eventually(async () => expect((await state()).webhooks.counts.delivered).toBe(1));
    expect(receiver.received).toHaveLength(4);
    const [first, ...others] = receiver.received;
    for (const other of others) {
      expect(other.raw.equals(first?.raw ?? Buffer.of())).toBe(true);
      expect(other.headers['x-razorpay-event-id']).toBe(first?.headers['x-razorpay-event-id']);
    }
    expect((await state()).webhooks.events).toMatchObject([{ state: 'delivered', attempts: 4, answer: '200' }]);
  });

  test('BP-11 no answer in time is a failure, and so is a redirect', async () => {
    const { order, pay, receiver, state } = await startGateway({ timings: { firstRetryMs: 10, answerWithinMs: 60 } });
    receiver.answerWith((response) => {
      if (receiver.received.length === 2) response.writeHead(302, { location: '/elsewhere' }).end();
      if (receiver.received.length === 3) response.writeHead(204).end();
    });
    await pay((await order()).id, { outcome: 'failed' });
    await eventually(async () => expect((await state()).webhooks.counts.delivered).toBe(1));
    expect(receiver.received).toHaveLength(3);
  });

  test('after a whole window of failures the webhook is off, until deliver turns it on', async () => {
    const { order, pay, receiver, state, control } = await startGateway({
      timings: { firstRetryMs: 10, retryWindowMs: 120 },
    });
    receiver.answerWith(failing);
    const orders = [await order(), await order()];
    await Promise.all(orders.map(({ id }) => pay(id, { outcome: 'failed' })));
    await eventually(async () => expect((await state()).webhooks.switches.disabled).toBe(true));
    expect((await state()).webhooks.counts).toEqual({ delivered: 0, 'given-up': 1, dropped: 1, pending: 0 });

    const tries = receiver.received.length;
    expect(tries).toBeGreaterThan(2);
    await pay((await order()).id);
    expect((await state()).webhooks.counts).toMatchObject({ dropped: 4, pending: 0 });
    expect(receiver.received).toHaveLength(tries);

    receiver.answerWith((response) => response.writeHead(200).end());
    await control('webhooks', { deliver: true });
    await pay((await order()).id, { outcome: 'failed' });
    await eventually(async () => expect((await state()).webhooks.counts.delivered).toBe(1));
  });

  test('more webhooks than may be on their way at once all arrive', async () => {
    const { order, pay, receiver, state } = await startGateway();
    let underway = 0;
    let most = 0;
    receiver.answerWith((response) => {
      underway += 1;
      most = Math.max(most, underway);
      setTimeout(() => {
        underway -= 1;
        response.writeHead(200).end();
      }, 5);
    });
    const orders = await Promise.all(Array.from({ length: 40 }, () => order()));
    await Promise.all(orders.map(({ id }) => pay(id)));
    await eventually(async () => expect((await state()).webhooks.counts.delivered).toBe(120));
    expect(receiver.received).toHaveLength(120);
    expect(most).toBeLessThanOrEqual(32);
    expect(most).toBeGreaterThan(1);
  });
});

describe('the switches', () => {
  test('deliver off sends nothing; a replay sends what was missed, with the current secret', async () => {
    const { order, pay, receiver, control, state } = await startGateway();
    await control('webhooks', { deliver: false });
    await pay((await order()).id);
    expect((await state()).webhooks.counts.dropped).toBe(3);
    expect(receiver.received).toEqual([]);

    await control('webhooks', { deliver: true, secret: 'a newer secret', replay: true });
    await eventually(() => expect(receiver.received).toHaveLength(3));
    expect(receiver.received.every((webhook) => isSignedWith('a newer secret', webhook))).toBe(true);
  });

  test('turning deliver off drops what was waiting for a retry', async () => {
    const { order, pay, receiver, control, state } = await startGateway({ timings: { firstRetryMs: 60_000 } });
    receiver.answerWith(failing);
    await pay((await order()).id, { outcome: 'failed' });
    await eventually(() => expect(receiver.received).toHaveLength(1));
    await eventually(async () => expect((await state()).webhooks.events).toMatchObject([{ attempts: 1 }]));
    await control('webhooks', { deliver: false });
    expect((await state()).webhooks.counts).toMatchObject({ pending: 0, dropped: 1 });
  });

  test('duplicate sends copies of the same event', async () => {
    const { order, pay, receiver, control } = await startGateway();
    await control('webhooks', { duplicate: 2 });
    await pay((await order()).id, { outcome: 'failed' });
    await eventually(() => expect(receiver.received).toHaveLength(3));
    expect(new Set(receiver.received.map(({ headers }) => headers['x-razorpay-event-id'])).size).toBe(1);
  });

  test('reorder lets the flow of a payment arrive backwards', async () => {
    const { order, pay, receiver, control } = await startGateway({ timings: { reorderStepMs: 150 } });
    await control('webhooks', { reorder: true });
    await pay((await order()).id);
    await eventually(() => expect(receiver.received).toHaveLength(3));
    expect(receiver.names()).toEqual(['order.paid', 'payment.captured', 'payment.authorized']);
  });

  test('reorder lets a processed refund overtake its creation', async () => {
    const { refund, receiver, control, paymentId } = await startPaidGateway({
      timings: { reorderStepMs: 150, refundSettlesMs: 30 },
    });
    await eventually(() => expect(receiver.received).toHaveLength(3));
    await control('webhooks', { reorder: true });
    await refund(paymentId);
    await eventually(() => expect(receiver.received).toHaveLength(5));
    expect(receiver.names().slice(3)).toEqual(['refund.processed', 'refund.created']);
  });

  test('delayMs holds each event back', async () => {
    const { order, pay, receiver, control } = await startGateway();
    await control('webhooks', { delayMs: 150 });
    const { id } = await order();
    const startMs = Date.now();
    await pay(id, { outcome: 'failed' });
    await eventually(() => expect(receiver.received).toHaveLength(1));
    expect((receiver.received[0]?.atMs ?? 0) - startMs).toBeGreaterThanOrEqual(145);
  });

  test('BP-03 corrupt changes a byte after signing; the retry is whole again once it is off', async () => {
    const { order, pay, receiver, control } = await startGateway({ timings: { firstRetryMs: 600 } });
    receiver.answerWith((response) => response.writeHead(receiver.received.length > 1 ? 200 : 400).end());
    await control('webhooks', { corrupt: true });
    await pay((await order()).id, { outcome: 'failed' });
    await eventually(() => expect(receiver.received).toHaveLength(1));
    await control('webhooks', { corrupt: false });
    await eventually(() => expect(receiver.received).toHaveLength(2));
    expect(receiver.received.map((webhook) => isSignedWith(WEBHOOK_SECRET, webhook))).toEqual([false, true]);
  });

  test('a new secret signs new events, while retries of older ones keep theirs', async () => {
    const { order, pay, receiver, control } = await startGateway({ timings: { firstRetryMs: 600 } });
    receiver.answerWith((response) => response.writeHead(receiver.received.length > 1 ? 200 : 500).end());
    await pay((await order()).id, { outcome: 'failed' });
    await eventually(() => expect(receiver.received).toHaveLength(1));
    await control('webhooks', { secret: 'a newer secret', contentType: 'text/plain' });
    await pay((await order()).id, { outcome: 'failed' });
    await eventually(() => expect(receiver.received).toHaveLength(3));
    const [older, newer, retried] = receiver.received;
    if (!older || !newer || !retried) throw new Error('three webhooks were expected');
    expect(isSignedWith('a newer secret', newer)).toBe(true);
    expect(newer.headers['content-type']).toBe('text/plain');
    expect(retried.raw.equals(older.raw)).toBe(true);
    expect(isSignedWith(WEBHOOK_SECRET, retried)).toBe(true);
  });

  test('a switch that does not exist is refused', async () => {
    const { control } = await startGateway();
    expect((await control('webhooks', { delivery: false })).status).toBe(400);
  });
});
