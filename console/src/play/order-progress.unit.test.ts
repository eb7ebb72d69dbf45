import { orderStatus } from '@tiffin/contracts/order-api';
import { describe, expect, it } from 'vitest';
import { hasEnded, progressOf } from './order-progress.ts';

const states = (status: Parameters<typeof progressOf>[0]) => progressOf(status)?.map(({ state }) => state);

describe('the progress of an order', () => {
  it('has everything before its state behind it and everything after it ahead', () => {
    expect(states('preparing')).toEqual(['done', 'done', 'done', 'now', 'ahead', 'ahead', 'ahead', 'ahead']);
    expect(states('pending_payment')).toEqual(['now', ...Array.from({ length: 7 }, () => 'ahead')]);
  });

  it('has everything behind it once delivered', () => {
    expect(new Set(states('delivered'))).toEqual(new Set(['done']));
  });

  it('is none for an order that left the way', () => {
    for (const status of ['cancelled', 'rejected', 'expired'] as const) expect(progressOf(status)).toBeUndefined();
  });

  it('knows every state of the contract', () => {
    const offTheWay = orderStatus.options.filter((status) => progressOf(status) === undefined);
    expect(offTheWay).toEqual(['cancelled', 'rejected', 'expired']);
    expect(orderStatus.options.filter(hasEnded)).toEqual(['delivered', ...offTheWay]);
  });
});
