import { expect, test } from 'vitest';
import { readConfig } from './config.ts';

const ENVIRONMENT = {
  PORT: '4010',
  RAZORPAY_KEY_ID: 'rzp_test_key',
  RAZORPAY_KEY_SECRET: 'key secret',
  RAZORPAY_WEBHOOK_SECRETS: 'newest, older',
  RAZORPAY_WEBHOOK_URL: 'http://127.0.0.1:4004/webhooks/razorpay',
};

test('the newest of a list of webhook secrets signs', () => {
  expect(readConfig(ENVIRONMENT)).toEqual({
    kind: 'config',
    config: {
      port: 4010,
      keyId: 'rzp_test_key',
      keySecret: 'key secret',
      webhookSecret: 'newest',
      webhookUrl: 'http://127.0.0.1:4004/webhooks/razorpay',
      merchantName: undefined,
      dataFolder: undefined,
      allowedOrigins: [],
    },
  });
});

test('a single webhook secret goes before a list', () => {
  const result = readConfig({ ...ENVIRONMENT, RAZORPAY_WEBHOOK_SECRET: 'the one' });
  expect(result).toMatchObject({ config: { webhookSecret: 'the one' } });
});

test('no webhook secret is a problem that names both variables', () => {
  const { RAZORPAY_WEBHOOK_SECRETS: _none, ...rest } = ENVIRONMENT;
  expect(readConfig(rest)).toEqual({ kind: 'problem', problem: expect.stringContaining('RAZORPAY_WEBHOOK_SECRET,') });
});

test('the origins of pages are a comma list, and what is no origin is a problem', () => {
  const ALLOWED_ORIGINS = 'http://127.0.0.1:4003, http://localhost:4003';
  expect(readConfig({ ...ENVIRONMENT, ALLOWED_ORIGINS })).toMatchObject({
    config: { allowedOrigins: ['http://127.0.0.1:4003', 'http://localhost:4003'] },
  });
  expect(readConfig({ ...ENVIRONMENT, ALLOWED_ORIGINS: 'http://localhost:4003/console' })).toEqual({
    kind: 'problem',
    problem: expect.stringContaining('ALLOWED_ORIGINS'),
  });
});
