import { expect, test } from 'vitest';
import { refusalsText } from './configuration-problems.ts';
import { misconfigured, StartFailed } from './start-failed.ts';
import { startTogether } from './start-together.ts';

const short = '  JWT_SECRET: is shorter; give a longer one';
const ttl = '  OFFER_TTL_S: is no number; give seconds';
const restaurant = { child: 'restaurant' as const, words: `restaurant: the configuration has a problem:\n${short}` };
const rider = { child: 'rider' as const, words: `rider: the configuration has 2 problems:\n${short}\n${ttl}` };

test('what several services say about their configuration becomes one list, each variable once with all who want it', () => {
  expect(refusalsText([rider, restaurant])).toBe(
    `the configuration has 2 problems:\n${short} (restaurant, rider)\n${ttl} (rider)`,
  );
});

test('a complaint that is not about a variable is told in its own words', () => {
  const words = 'Set RAZORPAY_WEBHOOK_SECRET, or RAZORPAY_WEBHOOK_SECRETS.';
  const zod = { child: 'razorpay' as const, words: '✖ Invalid URL\n  → at RAZORPAY_WEBHOOK_URL' };
  expect(refusalsText([zod])).toBe('the configuration has a problem:\n  RAZORPAY_WEBHOOK_URL: Invalid URL (razorpay)');
  expect(refusalsText([{ child: 'razorpay', words }])).toBe(`razorpay: ${words}`);
});

test('a start with wrong configuration waits for what the others have to say', async () => {
  let reject: (reason: Error) => void = () => undefined;
  const later = new Promise<void>((_, refuse) => {
    reject = refuse;
  });
  const started = startTogether([Promise.reject(misconfigured([restaurant])), later, Promise.resolve()]);
  reject(misconfigured([rider]));
  await expect(started).rejects.toMatchObject({ refusals: [restaurant, rider] });
});

test('it does not wait for ever, nor at all for other failures', async () => {
  const never = new Promise<void>(() => undefined);
  const wrong = Promise.reject(misconfigured([rider]));
  await expect(startTogether([never, wrong], 1)).rejects.toMatchObject({ refusals: [rider] });
  const broken = Promise.reject(new StartFailed('the disk is full'));
  await expect(startTogether([never, broken])).rejects.toThrow('the disk is full');
});
