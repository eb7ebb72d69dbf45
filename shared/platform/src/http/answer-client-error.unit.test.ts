import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { answerClientError } from './answer-client-error.ts';

const failure = (code: string) => Object.assign(new Error('broken'), { code });

it('answers once, and lets the answer out though further pieces of the request fail', () => {
  const socket = new PassThrough();
  answerClientError(failure('HPE_HEADER_OVERFLOW'), socket);
  answerClientError(failure('HPE_INVALID_METHOD'), socket);
  expect(socket.destroyed).toBe(false);
  const answer = String(socket.read());
  expect(answer).toMatch(/^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/);
  expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
  const [, body = ''] = answer.split('\r\n\r\n');
  expect(JSON.parse(body)).toMatchObject({ status: 431, code: 'headers_too_large' });
  expect(answer).toContain(`Content-Length: ${Buffer.byteLength(body)}\r\n`);
});

it('says nothing to a caller who is gone', () => {
  const socket = new PassThrough();
  answerClientError(failure('ECONNRESET'), socket);
  expect([socket.destroyed, socket.read()]).toEqual([true, null]);
});
