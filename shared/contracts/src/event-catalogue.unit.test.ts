import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENTS, isEventType, parseEnvelope, parseEvent, routingKey } from './event-catalogue.ts';
import { durableQueues, typesBoundBy } from './queues.ts';

const orderId = 'a'.repeat(24);
const bare = (data: object, more: object = {}) => ({
  type: 'PAYMENT_SUCCESS',
  data,
  timestamp: '2026-11-01T10:00:00Z',
  ...more,
});
const idOfBody = () => 'hash-of-the-body';

describe('a bare message', () => {
  it('is version 1, named by its bytes, and about the order it speaks of', () => {
    const parsed = parseEvent(bare({ orderId, paymentId: 'pay_1', amount: 199.99 }), idOfBody);
    expect(parsed).toMatchObject({
      ok: true,
      event: {
        id: 'hash-of-the-body',
        subject: orderId,
        version: 2,
        timestamp: '2026-11-01T10:00:00.000Z',
        data: { orderId, paymentId: 'pay_1', amountPaise: 19_999, currency: 'INR' },
      },
    });
    expect(parsed.ok && 'seq' in parsed.event).toBe(false);
  });
  it('without a time, or with one in milliseconds, is read as well', () => {
    const { timestamp: _, ...timeless } = bare({ orderId, paymentId: 'p', amount: 1 });
    expect(parseEvent(timeless, idOfBody).ok).toBe(true);
    expect(parseEvent({ ...timeless, timestamp: 1_793_527_200_000 }, idOfBody).ok).toBe(true);
  });
  it.each([0, -1, 1.005, 1e21, 100_000_000.01, 9_999_999_999, Number.NaN, Number.POSITIVE_INFINITY, '100', null])(
    'of %s rupees is refused',
    (amount) => {
      expect(parseEvent(bare({ orderId, paymentId: 'p', amount }), idOfBody)).toMatchObject({
        ok: false,
        reason: 'schema',
      });
    },
  );
  it.each([
    { type: 'Point', coordinates: [77.6, 12.9] },
    { latitude: 12.9, longitude: 77.6 },
  ])('may say where as %j', (location) => {
    const message = { type: 'ORDER_READY_FOR_RIDER', data: { orderId, restaurantId: orderId, location } };
    const parsed = parseEvent(message, idOfBody);
    expect(parsed).toMatchObject({ ok: true, event: { version: 2 } });
    expect(parsed.ok && parsed.event.data).toEqual({
      orderId,
      restaurantId: orderId,
      location: { type: 'Point', coordinates: [77.6, 12.9] },
    });
  });
});

describe('an envelope', () => {
  const full = {
    ...bare({ orderId, paymentId: 'pay_1', amountPaise: 100, currency: 'INR' }),
    timestamp: '2026-11-01T10:00:00.000Z',
    id: 'e1',
    version: 2,
    subject: orderId,
    seq: 3,
    source: 'utils',
    correlationId: 'c1',
    causationId: null,
  };
  it.each(['correlationId', 'causationId', 'id', 'subject'])(
    'whose %s could not travel as a property of a message is refused',
    (name) => {
      expect(parseEvent({ ...full, [name]: '漢'.repeat(100) }, idOfBody)).toMatchObject({
        ok: false,
        reason: 'schema',
      });
    },
  );

  it('of any type and version is read by who keeps them all, a bare one too', () => {
    const unknown = { type: 'FROM_TOMORROW', data: { orderId, more: [1] }, timestamp: '2026-11-01T10:00:00Z' };
    expect(parseEnvelope(unknown, idOfBody)).toMatchObject({
      ok: true,
      event: { id: 'hash-of-the-body', subject: orderId, version: 1, data: { more: [1] } },
    });
    expect(parseEnvelope({ ...unknown, type: 'not a type' }, idOfBody)).toMatchObject({ ok: false, reason: 'schema' });
  });

  it('passes with unknown fields, which are dropped', () => {
    const parsed = parseEvent({ ...full, extra: 1, data: { ...full.data, extra: 2 } }, idOfBody);
    expect(parsed).toMatchObject({ ok: true, event: { id: 'e1', seq: 3 } });
    expect(parsed.ok && parsed.event.data).not.toHaveProperty('extra');
  });
  it.each([
    [{ version: 3 }, 'newer-version'],
    [{ type: 'NOBODY_KNOWS' }, 'unknown-type'],
    [{ type: '__proto__' }, 'schema'],
    [{ type: 'constructor' }, 'schema'],
    [{ data: { orderId } }, 'schema'],
    [{ seq: 0 }, 'schema'],
    [{ timestamp: 'yesterday' }, 'schema'],
  ])('with %j is refused as %s', (change, reason) => {
    expect(parseEvent({ ...full, ...change }, idOfBody)).toMatchObject({ ok: false, reason });
  });
  it('reading anything at all answers and never throws', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        expect(typeof parseEvent(json, idOfBody).ok).toBe('boolean');
      }),
    );
  });
});

describe('the queues', () => {
  it('every durable binding names an event that exists', () => {
    for (const { bindings } of durableQueues()) {
      for (const key of bindings) {
        const type = key.split('.')[1] ?? '';
        expect(type === '*' || isEventType(type), key).toBe(true);
      }
    }
  });
  it('the event log hears every event that has a stream', () => {
    const log = durableQueues().find(({ name }) => name === 'utils.event-log');
    const all = Object.keys(EVENTS).filter((type) => type !== 'RIDER_LOCATIONS');
    expect(new Set(typesBoundBy(log?.bindings ?? []))).toEqual(new Set(all));
  });
  it('the two that other programs send to can be renamed', () => {
    const names = durableQueues({ paymentQueue: 'p', orderReadyQueue: 'r' }).map(({ name }) => name);
    expect(names).toContain('p');
    expect(names).toContain('r');
    expect(routingKey('PAYMENT_SUCCESS')).toBe('payment.PAYMENT_SUCCESS');
  });
});
