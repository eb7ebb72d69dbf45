import type { Point } from '@tiffin/contracts/geo';
import { orderId } from '@tiffin/contracts/ids';
import { describe, expect, it } from 'vitest';
import { nextActionAt, openDelivery } from '../deliveries/delivery.ts';
import { awaitFinisher, finishesInM, mayWait } from './finishing-soon.ts';

const policy = { withinM: 300, nearM: 500, waitMs: 30_000 };
const east = (metres: number): Point => ({ type: 'Point', coordinates: [metres / 111_319.49, 0.000001] });
const pickup = east(0);

describe('a rider about to finish nearby', () => {
  it.each<[string, number, number | undefined, number | undefined]>([
    ['stands at his drop-off, at the pickup itself', 0, 0, 0],
    ['has 300 m to go', 300, 0, 300],
    ['has 302 m to go', 302, 0, undefined],
    ['is 299 m from a drop-off 499 m away', 200, 499, 299],
    ['stands at a drop-off 502 m away', 502, 502, undefined],
    ['is at the pickup, and brings his order far away', 0, 2_000, undefined],
    ['has no food yet, or nobody knows where it goes', 0, undefined, undefined],
  ])('%s', (_name, at, dropoffAt, expected) => {
    const dropoff = dropoffAt === undefined ? undefined : east(dropoffAt);
    const found = finishesInM(east(at), { dropoff, pickup }, policy);
    if (expected === undefined) expect(found).toBeUndefined();
    else expect(Math.abs((found ?? Number.NaN) - expected)).toBeLessThanOrEqual(1);
  });

  it('is waited for at most once, half a minute in all, by a search that has asked nobody', () => {
    const now = new Date('2026-11-21T12:00:00.000Z');
    const after = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
    const searching = openDelivery(
      { orderId: orderId.parse('a'.repeat(24)), restaurantId: undefined as never, location: pickup },
      now,
      { offerTtlMs: 12_000, waveSize: 3, searchLimitMs: 1_200_000 },
    );
    expect(mayWait(searching, now)).toBe(true);
    const waiting = awaitFinisher(searching, now, policy);
    expect(nextActionAt(waiting)).toEqual(after(30));
    expect(awaitFinisher(waiting, after(20), policy)).toEqual(waiting);
    expect([mayWait(waiting, after(29.9)), mayWait(waiting, after(30))]).toEqual([true, false]);
    expect(mayWait({ ...searching, wave: 1 }, now)).toBe(false);
  });
});
