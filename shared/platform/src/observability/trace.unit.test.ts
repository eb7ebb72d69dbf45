import { expect, it } from 'vitest';
import { continueTraceparent, createTraceparent, parseTraceparent } from './trace.ts';

const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

it('reads the parts of a traceparent', () => {
  expect(parseTraceparent(TRACE)).toEqual({
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    flags: '01',
  });
});

it('ignores what is none', () => {
  const bad = [
    undefined,
    7,
    '',
    'x',
    TRACE.toUpperCase(),
    TRACE.replace('00-', 'ff-'),
    `${TRACE}-x`,
    ` ${TRACE}`,
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`,
  ];
  for (const header of bad) {
    expect(parseTraceparent(header)).toBeUndefined();
    expect(parseTraceparent(continueTraceparent(header))).toBeDefined();
  }
});

it('continues a trace under a span of its own', () => {
  const next = parseTraceparent(continueTraceparent(TRACE));
  expect(next).toMatchObject({ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', flags: '01' });
  expect(next?.spanId).not.toBe('00f067aa0ba902b7');
});

it('begins a trace unlike any other', () => {
  expect(new Set(Array.from({ length: 1_000 }, createTraceparent)).size).toBe(1_000);
});
