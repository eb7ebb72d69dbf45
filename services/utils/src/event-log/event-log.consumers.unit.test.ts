import type { Envelope } from '@tiffin/contracts/envelope';
import { describe, expect, it } from 'vitest';
import type { NewCase } from '../operations/case.ts';
import { eventLogConsumers } from './event-log.consumers.ts';

const orderId = 'a'.repeat(24);
const riderId = 'e'.repeat(24);
const at = '2026-11-21T12:00:00.000Z';
const aDeliveryEvent = (type: string, data: object): Envelope => ({
  ...{ id: 'event-1', type, version: 1, timestamp: at, subject: orderId, seq: 5, source: 'rider' },
  ...{ correlationId: 'story', causationId: null, data: { orderId, riderId, ...data } },
});

describe('what asks for a person', () => {
  const heard = async (event: Envelope) => {
    const cases: NewCase[] = [];
    const logged: Envelope[] = [];
    const [consumer] = eventLogConsumers({
      eventLog: { append: async (batch: readonly Envelope[]) => void logged.push(...batch) } as never,
      openCase: async (opened) => void cases.push(opened),
      reviewRefund: async () => undefined,
    });
    await consumer?.handle({ event } as never);
    expect(logged).toEqual([event]);
    return cases;
  };

  it('D8, E08: a rider who has disappeared with the food becomes a case that says where he was last', async () => {
    const lastKnown = { location: { type: 'Point', coordinates: [77.6, 12.97] }, at };
    const event = aDeliveryEvent('DELIVERY_CASE_OPENED', { since: at, lastKnown, reason: 'the rider has the food' });
    expect(await heard(event)).toEqual([
      {
        kind: 'delivery',
        key: 'event-1',
        orderId,
        detail: 'the rider has the food',
        known: { riderId, silentSince: at, lastSeenAt: at, longitude: 77.6, latitude: 12.97 },
      },
    ]);
  });

  it('E10: a code nobody knows becomes a case without a place', async () => {
    const event = aDeliveryEvent('DELIVERY_CASE_OPENED', { reason: 'the code at the door was wrong 5 times' });
    expect(await heard(event)).toMatchObject([{ orderId, known: { riderId } }]);
  });

  it('a rider who is only marked as silent becomes none', async () => {
    expect(await heard(aDeliveryEvent('RIDER_SILENT', { since: at }))).toEqual([]);
  });
});
