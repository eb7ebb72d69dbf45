import { userId } from '@tiffin/contracts/claims';
import type { Point } from '@tiffin/contracts/geo';
import { orderId, riderId } from '@tiffin/contracts/ids';
import type { RiderPosition } from '@tiffin/contracts/rider-events';
import { riderEvents } from '@tiffin/contracts/rider-events';
import { describe, expect, it } from 'vitest';
import type { Trip } from '../deliveries/delivery.store.ts';
import type { KnownRider } from '../riders/rider.store.ts';
import type { Position } from '../riders/rider.ts';
import { createLivePositions } from './live-positions.ts';

const ANN = userId.parse('ann');
const ANN_ID = riderId.parse('1'.repeat(24));
const ORDER = orderId.parse('a'.repeat(24));
const place = (northM: number): Point => ({ type: 'Point', coordinates: [77.6, 12.97 + northM / 111_319] });

/** Live positions over a store that counts what it is asked. */
const world = ({ trips = new Map<string, Trip>() } = {}) => {
  const clock = { ms: Date.parse('2026-11-21T12:00:00.000Z') };
  const now = () => new Date(clock.ms);
  const known: { position: Position | undefined; reads: number } = { position: undefined, reads: 0 };
  const writes: Position[][] = [];
  const told: RiderPosition[][] = [];
  const seen: string[] = [];
  let isAway = false;
  const positions = createLivePositions({
    riders: {
      findByUser: async (user) => {
        known.reads += 1;
        const { position } = known;
        const stored = { state: { isAvailable: true } };
        return user === ANN ? ({ riderId: ANN_ID, stored, ...(position && { position }) } as KnownRider) : undefined;
      },
      savePositions: async (batch) => {
        if (isAway) throw new Error('the database is away');
        if (batch.length > 0) writes.push(batch.map(({ position }) => position));
        known.position = batch.at(-1)?.position ?? known.position;
      },
    },
    deliveries: { tripsOf: async () => trips },
    trails: { follow: async () => undefined, flush: async () => undefined },
    tell: (points) => told.push([...points]),
    seenAgain: (user) => seen.push(user),
    freshMs: 30_000,
    now,
  });
  let seq = 0;
  const report = (northM: number, more: object = {}) => {
    seq += 1;
    return positions.report(ANN, [{ seq, at: now().toISOString(), location: place(northM), accuracyM: 8, ...more }]);
  };
  return {
    positions,
    report,
    known,
    writes,
    told,
    seen,
    pass: (seconds: number) => {
      clock.ms += seconds * 1_000;
    },
    setAway: (away: boolean) => {
      isAway = away;
    },
  };
};

describe('live positions', () => {
  it('writes a first fix at once and wakes the searches around it', async () => {
    const { report, writes, seen } = world();
    expect(await report(0)).toEqual({ accepted: 1, dropped: [], nextInMs: 5_000 });
    expect(writes).toHaveLength(1);
    expect(seen).toEqual(['ann']);
  });

  it('writes again only after 25 m or 10 s, once a second for all that came', async () => {
    const { positions, report, writes, pass } = world();
    await report(0);
    for (let second = 1; second <= 9; second += 1) {
      pass(1);
      await report(second);
      await positions.flush();
    }
    expect(writes).toHaveLength(1);
    pass(1);
    await report(10);
    await positions.flush();
    expect(writes.at(-1)).toMatchObject([{ seq: 11, location: place(10) }]);
    pass(1);
    await report(36);
    await positions.flush();
    await positions.flush();
    expect(writes.map((batch) => batch.map(({ seq }) => seq))).toEqual([[1], [11], [12]]);
  });

  it('writes within 10 s also the last thing a rider says before he falls silent, and then no more', async () => {
    const { positions, report, writes, pass } = world();
    await report(0);
    for (let second = 1; second <= 8; second += 1) {
      pass(1);
      await report(second);
      await positions.flush();
    }
    for (let second = 9; second <= 40; second += 1) {
      pass(1);
      await positions.flush();
    }
    expect(writes.map((batch) => batch.map(({ seq }) => seq))).toEqual([[1], [9]]);
  });

  it('E15: notes when a fix reached us by our own clock, whatever the rider’s says', async () => {
    const { report, writes } = world();
    await report(0, { at: '2026-11-21T11:56:00.000Z' });
    expect(writes).toMatchObject([
      [{ at: new Date('2026-11-21T11:56:00.000Z'), heardAt: new Date('2026-11-21T12:00:00.000Z') }],
    ]);
  });

  it('remembers since when a rider stands', async () => {
    const { positions, report, writes, pass } = world();
    await report(0);
    pass(10);
    await report(5);
    await positions.flush();
    pass(10);
    await report(60);
    await positions.flush();
    const times = writes.flat().map(({ movedAt }) => movedAt.toISOString().slice(17, 19));
    expect(times).toEqual(['00', '00', '20']);
  });

  it('wakes searches again when a rider was out of sight for longer than a position is fresh', async () => {
    const { report, seen, pass } = world();
    await report(0);
    pass(30);
    await report(1);
    expect(seen).toHaveLength(1);
    pass(31);
    await report(2);
    expect(seen).toHaveLength(2);
  });

  it('tells the newest fix once a second, with the trip it belongs to', async () => {
    const trips = new Map([
      [ANN_ID as string, { orderId: ORDER, userId: userId.parse('customer-1'), assignment: 1, since: new Date(0) }],
    ]);
    const { positions, report, told, pass } = world({ trips });
    await report(0);
    pass(1);
    await report(5, { speedMps: 5 });
    await positions.flush();
    await positions.flush();
    expect(told).toEqual([
      [
        {
          riderId: ANN_ID,
          riderUserId: 'ann',
          orderId: ORDER,
          userId: 'customer-1',
          location: place(5),
          at: '2026-11-21T12:00:01.000Z',
          seq: 2,
          speedMps: 5,
        },
      ],
    ]);
    expect(() => riderEvents.RIDER_LOCATIONS.versions[1].parse({ points: told[0] })).not.toThrow();
  });

  it('keeps what could not be written and writes it a second later', async () => {
    const { positions, report, writes, setAway, pass } = world();
    await report(0);
    pass(10);
    await report(10);
    setAway(true);
    await expect(positions.flush()).rejects.toThrow('away');
    setAway(false);
    await positions.flush();
    expect(writes.flat().map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it('takes up where another process left: a number it has seen is repeated', async () => {
    const { positions, known } = world();
    const at = new Date('2026-11-21T11:59:59.000Z');
    known.position = { location: place(0), at, seq: 500, movedAt: at };
    const judged = await positions.report(ANN, [
      { seq: 500, at: at.toISOString(), location: place(0), accuracyM: 8 },
      { seq: 501, at: at.toISOString(), location: place(1), accuracyM: 8 },
    ]);
    expect(judged).toMatchObject({ accepted: 1, dropped: [{ seq: 500, reason: 'repeated' }] });
  });

  it('takes the place a rider names, measures no speed from it, and keeps the number of his fixes', async () => {
    const { positions, report, writes } = world();
    await report(0);
    await positions.declare(ANN, place(4_000));
    expect(writes.at(-1)).toMatchObject([{ location: place(4_000), seq: 1, declared: true }]);
    expect(await report(4_300)).toMatchObject({ accepted: 1, dropped: [] });
    expect(writes.at(-1)?.[0]?.declared).toBe(true);
    await positions.flush();
    expect(writes.at(-1)?.[0]).not.toHaveProperty('declared');
  });

  it('knows nobody who is no rider, and asks the database once for one who is', async () => {
    const { positions, report, known } = world();
    expect(await positions.report(userId.parse('zoe'), [])).toBeUndefined();
    known.reads = 0;
    await report(0);
    await report(1);
    expect(known.reads).toBe(1);
  });

  it('forgets a rider who says nothing for two minutes', async () => {
    const { positions, report, known, pass } = world();
    await report(0);
    pass(121);
    await positions.flush();
    known.reads = 0;
    await report(0);
    expect(known.reads).toBe(1);
  });
});
