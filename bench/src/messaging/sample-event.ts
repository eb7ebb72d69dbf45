import { randomUUID } from 'node:crypto';

/** A PAYMENT_SUCCESS as it travels, about 500 bytes. */
export const sampleEvent = (index: number) => {
  const orderId = index.toString(16).padStart(24, '0');
  return {
    id: randomUUID(),
    type: 'PAYMENT_SUCCESS',
    version: 2,
    timestamp: new Date().toISOString(),
    data: {
      orderId,
      paymentId: 'pay_Q8bTn2XkWz4mLr',
      gatewayOrderId: 'order_Q8bSm1XkVy3lKq',
      amountPaise: 45_600,
      currency: 'INR',
      method: 'upi',
    },
    subject: orderId,
    seq: 2,
    source: 'utils',
    correlationId: randomUUID(),
    causationId: randomUUID(),
  };
};
