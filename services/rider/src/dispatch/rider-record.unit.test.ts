import { offerId, orderId, riderId } from '@tiffin/contracts/ids';
import { describe, expect, it } from 'vitest';
import type { Delivery, MadeOffer } from '../deliveries/delivery.ts';
import { acceptanceOf, idleSOf, KEPT_ANSWERS, remarksOn } from './rider-record.ts';

const NOW = new Date('2026-11-21T12:00:00.000Z');
const FRESH_MS = 30_000;
const ann = riderId.parse('a'.repeat(24));

const delivery = (status: Delivery['status'], offer: Partial<MadeOffer>): Delivery => ({
  orderId: orderId.parse('0'.repeat(24)),
  status,
  open: status === 'searching' || status === 'offering',
  active: status === 'assigned' || status === 'picked_up',
  assignment: 1,
  riderId: ann,
  offers: [
    {
      offerId: offerId.parse('1'.repeat(24)),
      riderId: ann,
      riderUserId: 'ann' as MadeOffer['riderUserId'],
      riderName: 'Ann',
      riderPhone: '+91 98860 54321',
      wave: 1,
      sentAt: new Date(NOW.getTime() - 12_000).toISOString(),
      expiresAt: NOW.toISOString(),
      distanceM: 100,
      status: 'sent',
      ...offer,
    },
  ],
  wave: 1,
  emptySearches: 0,
  wrongCodes: 0,
});
const asked = delivery('offering', {});

describe('what is remembered of a rider', () => {
  it.each<[string, Partial<MadeOffer>, object[]]>([
    ['an accepted offer counts for him', { status: 'accepted' }, [{ riderId: ann, answer: 'taken' }]],
    ['a declined one against him', { status: 'declined' }, [{ riderId: ann, answer: 'refused' }]],
    [
      'an expired one against him, if he was in sight at its end',
      { status: 'expired' },
      [{ riderId: ann, answer: 'refused', ifSeenSince: new Date(NOW.getTime() - FRESH_MS) }],
    ],
    [
      'one that ran out while the service was away does not count',
      { status: 'expired', expiresAt: new Date(NOW.getTime() - 5_001).toISOString() },
      [],
    ],
    ['one that somebody else took does not count', { status: 'revoked', revokedFor: 'taken' }, []],
    ['one taken back because he has a job does not count', { status: 'revoked', revokedFor: 'busy' }, []],
    ['one that is still open does not count', { status: 'sent' }, []],
  ])('of offers, %s', (_name, after, expected) => {
    expect(remarksOn(asked, delivery('offering', after), NOW, FRESH_MS)).toEqual(expected);
  });

  it('counts an answer once, whatever becomes of the delivery afterwards', () => {
    const taken = delivery('assigned', { status: 'accepted' });
    expect(remarksOn(taken, delivery('picked_up', { status: 'accepted' }), NOW, FRESH_MS)).toEqual([]);
    expect(remarksOn(taken, delivery('searching', { status: 'released' }), NOW, FRESH_MS)).toEqual([]);
    expect(remarksOn(taken, delivery('cancelled', { status: 'accepted' }), NOW, FRESH_MS)).toEqual([]);
  });

  it('notes when his last delivery ended', () => {
    const carried = delivery('picked_up', { status: 'accepted' });
    const brought = delivery('delivered', { status: 'accepted' });
    expect(remarksOn(carried, brought, NOW, FRESH_MS)).toEqual([{ riderId: ann, deliveredAt: NOW }]);
    expect(remarksOn(brought, brought, NOW, FRESH_MS)).toEqual([]);
    expect(idleSOf({ deliveredAt: new Date(NOW.getTime() - 90_000) }, NOW)).toBe(90);
    expect(idleSOf({}, NOW)).toBeUndefined();
  });

  it('trusts a newcomer, forgives one refusal, and knows who refuses everything', () => {
    expect(acceptanceOf({})).toBe(1);
    expect(acceptanceOf({ answers: ['refused'] })).toBe(0.8);
    expect(acceptanceOf({ answers: ['taken', 'refused', 'taken', 'refused'] })).toBe(0.75);
    expect(acceptanceOf({ answers: Array.from({ length: KEPT_ANSWERS }, () => 'refused' as const) })).toBeLessThan(0.2);
  });
});
