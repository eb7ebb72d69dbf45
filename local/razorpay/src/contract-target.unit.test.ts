import { expect, test } from 'vitest';
import { contractTargets } from './contract-target.fixture.ts';

const KEYS = { RAZORPAY_LIVE_TEST_KEY_ID: 'rzp_test_00000000000000', RAZORPAY_LIVE_TEST_KEY_SECRET: 'secret' };

test('the contract runs on the fake always, on test mode with both of its keys, and never with a live one', () => {
  const names = (environment: Record<string, string>) => contractTargets(environment).map(({ name }) => name);
  expect(names({})).toEqual(['the fake']);
  expect(names({ ...KEYS, RAZORPAY_LIVE_TEST_KEY_SECRET: '' })).toEqual(['the fake']);
  expect(names(KEYS)).toEqual(['the fake', "Razorpay's test mode"]);
  expect(() => names({ ...KEYS, RAZORPAY_LIVE_TEST_KEY_ID: 'rzp_live_00000000000000' })).toThrow('must be a test key');
});
