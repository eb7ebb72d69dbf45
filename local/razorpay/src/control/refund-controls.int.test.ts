import { expect, test } from 'vitest';
import type { Payment, Refund } from '../entities.ts';
import { type Collection, type ErrorBody, eventually, startPaidGateway } from '../gateway.fixture.ts';

const QUICK = { timings: { refundSettlesMs: 20 } };

test('RFND a refund made at the dashboard carries no notes, has no key, and is told like any other', async () => {
  const { control, paymentId, receiver, get } = await startPaidGateway(QUICK);
  const made = await control<Refund>('refund', { paymentId, amount: 20_000 });
  expect(made.body).toMatchObject({ amount: 20_000, status: 'pending', notes: [], receipt: null });
  await eventually(() =>
    expect(receiver.names()).toEqual(expect.arrayContaining(['refund.created', 'refund.processed'])),
  );
  expect(await get<Collection<Refund>>(`/v1/payments/${paymentId}/refunds`)).toMatchObject({
    items: [{ id: made.body.id, status: 'processed' }],
  });
  expect((await control<Refund>('refund', { paymentId })).body.amount).toBe(30_000);
});

test('RFND the dashboard keeps the limits of a refund too', async () => {
  const { control, paymentId, state } = await startPaidGateway();
  const refusal = async (body: object) => (await control<ErrorBody>('refund', body)).status;
  expect(await refusal({ paymentId, amount: 50_001 })).toBe(400);
  expect(await refusal({ paymentId, amount: 99 })).toBe(400);
  expect(await refusal({ paymentId: 'pay_x' })).toBe(400);
  expect(await refusal({ paymentId, amount: 100, speed: 'normal' })).toBe(400);
  expect((await state()).refunds).toEqual([]);
});

test('RFND of any amount can be told to fail later, at the dashboard or by the next ones asked for', async () => {
  const { control, refund, paymentId, receiver, get } = await startPaidGateway(QUICK);
  const atDashboard = await control<Refund>('refund', { paymentId, amount: 10_000, outcome: 'failed' });
  expect(atDashboard.body.status).toBe('pending');
  expect((await control('refunds', { failNext: 1 })).body).toEqual({ failNext: 1, settleAfterMs: null });
  const asked = await refund(paymentId, { amount: 15_000 }, 'rf_payment_0');
  const kept = await refund(paymentId, { amount: 5_000 }, 'rf_payment_1');
  const statusOf = async (id: string) => (await get<Refund>(`/v1/refunds/${id}`)).status;
  await eventually(async () =>
    expect([await statusOf(atDashboard.body.id), await statusOf(asked.body.id), await statusOf(kept.body.id)]).toEqual([
      'failed',
      'failed',
      'processed',
    ]),
  );
  expect(await get<Payment>(`/v1/payments/${paymentId}`)).toMatchObject({ amount_refunded: 5_000, status: 'captured' });
  await eventually(() => expect(receiver.names().filter((name) => name === 'refund.failed')).toHaveLength(2));
  const created = receiver.received.filter(({ event }) => event === 'refund.created');
  const said = created.map(({ raw }) => JSON.parse(raw.toString('utf8')).payload.refund.entity.status);
  expect(said.toSorted()).toEqual(['pending', 'pending', 'processed']);
  // The key still stands for the refund that failed: a new try needs a new key.
  expect((await refund(paymentId, { amount: 15_000 }, 'rf_payment_0')).body).toMatchObject({
    id: asked.body.id,
    status: 'failed',
  });
});

test('RFND a refused or repeated refund uses no planned failure up, and a reset forgets the plan', async () => {
  const { control, refund, paymentId, state } = await startPaidGateway();
  const first = await refund(paymentId, { amount: 20_000 }, 'rf_payment_0');
  await control('refunds', { failNext: 2, settleAfterMs: 60_000 });
  expect((await refund(paymentId, { amount: 50_000 })).status).toBe(400);
  expect((await refund(paymentId, { amount: 20_000 }, 'rf_payment_0')).body.id).toBe(first.body.id);
  expect(await state()).toMatchObject({ refundPlan: { failNext: 2, settleAfterMs: 60_000 } });
  await control('reset');
  expect(await state()).toMatchObject({ refundPlan: { failNext: 0, settleAfterMs: null } });
});

test('RFND a refund can be kept pending for as long as a slow bank takes', async () => {
  const { control, refund, paymentId, get, receiver } = await startPaidGateway(QUICK);
  await control('refunds', { settleAfterMs: 60_000 });
  const slow = await refund(paymentId, { amount: 10_000 });
  await control('refunds', { settleAfterMs: null });
  const quick = await refund(paymentId, { amount: 10_000 });
  await eventually(() => expect(receiver.names()).toContain('refund.processed'));
  expect([
    (await get<Refund>(`/v1/refunds/${slow.body.id}`)).status,
    (await get<Refund>(`/v1/refunds/${quick.body.id}`)).status,
  ]).toEqual(['pending', 'processed']);
});
