import { expect, it } from 'vitest';
import { bodyText, readCorrected } from './corrected-body.ts';

it('shows JSON so that a person can read it', () => {
  expect(bodyText({ format: 'json', body: { data: { orderId: 'x' } } })).toBe(
    '{\n  "data": {\n    "orderId": "x"\n  }\n}',
  );
});

it('shows the text of what is no JSON, and nothing of what has none', () => {
  expect(bodyText({ format: 'bytes', body: { text: 'poison', base64: 'cG9pc29u' } })).toBe('poison');
  expect(bodyText({ format: 'bytes', body: null })).toBe('');
});

it('takes corrected JSON only, and says what is wrong with anything else', () => {
  expect(readCorrected('{"type":"PAYMENT_SUCCESS"}')).toEqual({ kind: 'json', body: { type: 'PAYMENT_SUCCESS' } });
  expect(readCorrected('{"type":')).toEqual({ kind: 'not-json', detail: expect.stringContaining('JSON') });
});
