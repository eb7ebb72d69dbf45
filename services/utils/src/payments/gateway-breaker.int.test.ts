import { gatewayPaymentId, orderId } from '@tiffin/contracts/ids';
import { inPaise } from '@tiffin/contracts/money';
import { startFakeRazorpay } from '@tiffin/fake-razorpay/server';
import { createLogger } from '@tiffin/platform/observability/logger';
import { eventually } from '@tiffin/testing/eventually';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { RazorpayGateway } from './gateway.ts';
import { withBreaker } from './gateway-breaker.ts';
import { createGatewayMetrics } from './gateway-metrics.ts';
import { createRazorpayGateway } from './razorpay.gateway.ts';

const keys = { keyId: 'rzp_test_breaker00001', keySecret: 'breaker-secret-of-32-characters!' };
const logger = createLogger({ service: 'utils', level: 'silent' });
let fake: Awaited<ReturnType<typeof startFakeRazorpay>>;
let registry: Registry;
let gateway: RazorpayGateway;

beforeAll(async () => {
  fake = await startFakeRazorpay({
    port: 0,
    ...keys,
    webhookSecret: 'w'.repeat(32),
    webhookUrl: 'http://127.0.0.1:9/',
  });
});
afterAll(() => fake.close());
beforeEach(async () => {
  registry = new Registry();
  gateway = withBreaker({
    gateway: createRazorpayGateway({ url: fake.url, ...keys, logger }),
    metrics: createGatewayMetrics(registry),
    logger,
    restMs: 200,
  });
  await control('reset', {});
});

const control = async (action: string, body: object) => {
  const answer = await fetch(`${fake.url}/_control/${action}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
};
const createOrder = () =>
  gateway.createOrder({ orderId: orderId.parse('7'.repeat(24)), amountPaise: inPaise(30_700), currency: 'INR' });
const kindOf = async (call: ReturnType<typeof createOrder>) => {
  const result = await call;
  return result.ok ? 'ok' : `${result.kind}: ${result.reason}`;
};
const measured = async (line: string) => (await registry.metrics()).includes(line);

it('a gateway that answers nobody is left alone, and asked again after a rest', async () => {
  await control('faults', { route: '*', kind: '500', times: 10 });
  for (let asked = 0; asked < 10; asked += 1) expect(await kindOf(createOrder())).toMatch(/^ambiguous: 500/);
  // The gateway is whole again and does not hear of this one: nothing can have happened.
  expect(await kindOf(createOrder())).toBe('unavailable: the gateway is left alone for a while');
  expect(await measured('gateway_breaker_open 1')).toBe(true);
  await eventually('the gateway to be asked again', async () => (await createOrder()).ok);
  expect(await kindOf(createOrder())).toBe('ok');
  expect(await measured('gateway_breaker_open 0')).toBe(true);
  expect(await measured('gateway_call_seconds_count{call="createOrder",outcome="ambiguous"} 10')).toBe(true);
});

it('a gateway that is still away after the rest is tried by one call, not by all', async () => {
  await control('faults', { route: '*', kind: '500', times: 11 });
  for (let asked = 0; asked < 10; asked += 1) await createOrder();
  await eventually('one call to try the gateway', async () => (await kindOf(createOrder())).startsWith('ambiguous'));
  expect(await kindOf(createOrder())).toMatch(/^unavailable/);
});

it('a gateway that refuses is a gateway that answers, however often it refuses', async () => {
  const nobody = gatewayPaymentId.parse('pay_NobodyPaid0001');
  for (let asked = 0; asked < 25; asked += 1) {
    const read = await gateway.payment(nobody);
    expect(read.ok ? 'ok' : read.kind).toBe('rejected');
    const refund = await gateway.refund({ gatewayPaymentId: nobody, amountPaise: inPaise(100), key: `rf_${nobody}_0` });
    expect(refund.ok ? 'ok' : refund.kind).toBe('rejected');
  }
  expect(await kindOf(createOrder())).toBe('ok');
});
