import { randomUUID } from 'node:crypto';
import { parseEvent } from '@tiffin/contracts/event-catalogue';
import { describe, expect, it } from 'vitest';
import { notificationOf } from './notification.ts';

const about = (type: string, more: object) => {
  const parsed = parseEvent(
    {
      id: randomUUID(),
      type,
      version: 1,
      timestamp: '2026-11-01T10:00:00.000Z',
      subject: '1'.repeat(24),
      seq: 2,
      source: 'restaurant',
      correlationId: 'c',
      causationId: null,
      data: {
        orderId: '1'.repeat(24),
        userId: 'customer-1',
        restaurantId: '2'.repeat(24),
        restaurantName: 'Dosa House',
        status: 'placed',
        paymentStatus: 'paid',
        totalPaise: 30_700,
        currency: 'INR',
        ...more,
      },
    },
    () => '',
  );
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.event;
};

describe('what a customer is told', () => {
  it.each([
    [
      'ORDER_ACCEPTED',
      { prepMinutes: 20, readyBy: '2026-11-01T10:20:00.000Z' },
      'Dosa House takes your order and needs 20 minutes.',
    ],
    [
      'ORDER_REJECTED',
      { reason: 'no gas', by: 'restaurant' },
      'Dosa House cannot take your order. Your money goes back.',
    ],
    [
      'ORDER_REFUNDED',
      { refundId: 'r', amountPaise: 30_705, refundedPaise: 30_705 },
      '₹307.05 of your order at Dosa House went back to you.',
    ],
  ])('of %s is one sentence', (type, more, text) => {
    const event = about(type, more);
    expect(notificationOf(event)).toEqual({
      id: event.id,
      userId: 'customer-1',
      orderId: '1'.repeat(24),
      type,
      text,
      state: 'no_address',
    });
  });

  it('of steps nobody waits for is nothing', () => {
    expect(notificationOf(about('ORDER_CREATED', { expiresAt: '2026-11-01T10:15:00.000Z' }))).toBeUndefined();
    expect(notificationOf(about('ORDER_CASE_OPENED', { reason: 'x' }))).toBeUndefined();
  });
});
