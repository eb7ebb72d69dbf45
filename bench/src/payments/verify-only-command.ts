import { createHmac, timingSafeEqual } from 'node:crypto';
import express from 'express';

/**
 * An express server that checks a webhook's signature and answers: it keeps nothing and does nothing, so no receiver that must not lose a
 * webhook can be faster.
 */
const MOST_BYTES = 256 * 1_024;

const secret = process.env.RAZORPAY_WEBHOOK_SECRETS ?? '';
const app = express();
app.post(
  '/api/v1/webhooks/razorpay',
  express.raw({ type: 'application/json', limit: MOST_BYTES }),
  (request, response) => {
    const expected = createHmac('sha256', secret).update(request.body).digest();
    const given = Buffer.from(request.get('x-razorpay-signature') ?? '', 'hex');
    const right = given.length === expected.length && timingSafeEqual(given, expected);
    response.status(right ? 200 : 400).json({});
  },
);
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(JSON.stringify({ event: 'ready', port: typeof address === 'object' && address ? address.port : 0 }));
});
process.stdin.on('end', () => process.exit(0)).resume();
