import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';

const open = (fields: string[] = []) => {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const logger = createLogger({ service: 'utils', level: 'debug', fields, destination });
  return { logger, text: () => lines.join(''), last: () => JSON.parse(lines.at(-1) ?? '{}') };
};

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhc2hhIn0.c2lnbmF0dXJl';
const SIGNATURE = '9f'.repeat(32);
const PERSONAL = {
  phone: '+91 98765 43210',
  email: 'asha@example.org',
  name: 'Asha Rao',
  address: { formattedAddress: '12 MG Road, Bengaluru', location: { coordinates: [77.6, 12.97] } },
  token: TOKEN,
  authorization: `Bearer ${TOKEN}`,
  Authorization: `Bearer ${TOKEN}`,
  signature: SIGNATURE,
  password: 'hunter2',
};
const expectNothingPersonal = (text: string) => {
  for (const secret of [
    '98765',
    '43210',
    'asha@',
    'Asha Rao',
    'MG Road',
    '12.97',
    TOKEN.slice(0, 12),
    SIGNATURE,
    'hunter2',
  ]) {
    expect(text).not.toContain(secret);
  }
};

describe('a log line', () => {
  it('shows the fields software is about, and names the ones it left out', () => {
    const { logger, last } = open();
    logger.info({ requestId: 'r-1', attempt: 2, delayMs: 50, queue: 'q', colour: 'red' }, 'retrying');
    expect(last()).toMatchObject({
      level: 'info',
      service: 'utils',
      msg: 'retrying',
      requestId: 'r-1',
      attempt: 2,
      delayMs: 50,
      queue: 'q',
      removed: ['colour'],
    });
    expect(last().colour).toBeUndefined();
  });

  it('shows further fields a service asks for', () => {
    const { logger, last } = open(['colour']);
    logger.info({ colour: 'red' }, 'x');
    expect(last().colour).toBe('red');
  });

  it('shows nothing personal: at the top, nested, in lists, in children, in texts', () => {
    const { logger, text } = open();
    logger.info(PERSONAL, 'top');
    logger.info(
      { event: PERSONAL, errors: [PERSONAL, { deeper: PERSONAL }], job: { task: { subject: PERSONAL } } },
      'nested',
    );
    logger.child(PERSONAL).info('child');
    logger.child({ requestId: 'r-1' }).child(PERSONAL).warn({ user: PERSONAL }, 'grandchild');
    logger.info(`mail to ${PERSONAL.email}, call ${PERSONAL.phone}, ${PERSONAL.authorization}, ${SIGNATURE}`);
    logger.info(
      { reason: `no answer from ${PERSONAL.phone} or 9876543210`, code: TOKEN },
      'text in %s',
      PERSONAL.email,
    );
    logger.setBindings({ requestId: 'r-2' });
    expectNothingPersonal(text());
    expect(text()).toContain('grandchild');
  });

  it('shows an error by type, code, message and stack, without the fields drivers hang on it', () => {
    const { logger, last, text } = open();
    const cause = Object.assign(new Error('connect amqp://guest:hunter2@127.0.0.1'), { code: 'ECONNREFUSED' });
    const error = Object.assign(
      new Error(`E11000 duplicate key error dup key: { phone: "x", name: "Asha Rao" }`, { cause }),
      {
        code: 11_000,
        keyValue: PERSONAL,
        config: { headers: { Authorization: PERSONAL.authorization } },
      },
    );
    logger.error({ err: error }, 'failed');
    expect(last().err).toMatchObject({
      type: 'Error',
      code: 11_000,
      cause: { code: 'ECONNREFUSED', message: 'connect amqp://…@127.0.0.1' },
    });
    expect(last().err.stack).toContain('logger.unit.test');
    logger.error(error, 'given alone');
    expect(last().err).toMatchObject({ type: 'Error', code: 11_000 });
    expectNothingPersonal(text());
  });

  it('keeps ids, times and numbers readable', () => {
    const { logger, last } = open();
    const fields = {
      orderId: '0123456789abcdef01234567',
      eventId: '123e4567-e89b-42d3-a456-426614174000',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      startedAt: '2026-11-01T10:00:00.000Z',
      durationMs: 1_234_567_890,
      reason: 'retry 3 of 5 after 60000 ms on 127.0.0.1:5672',
    };
    logger.info(fields, 'x');
    expect(last()).toMatchObject(fields);
    expect(last().removed).toBeUndefined();
  });

  it('survives values that cannot be shown', () => {
    const { logger, last } = open();
    const loop: Record<string, unknown> = {};
    loop.event = loop;
    logger.info({ event: loop, task: () => 'x', count: undefined, error: 'text' }, 'odd');
    expect(last().msg).toBe('odd');
  });
});
