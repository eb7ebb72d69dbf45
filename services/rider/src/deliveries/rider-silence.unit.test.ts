import { userId } from '@tiffin/contracts/claims';
import type { Point } from '@tiffin/contracts/geo';
import { orderId, riderId } from '@tiffin/contracts/ids';
import { describe, expect, it } from 'vitest';
import { type Delivery, nextActionAt } from './delivery.ts';
import { watch } from './rider-silence.ts';
import { cancel, deliver, pickUp, release } from './trip.ts';

const START = Date.parse('2026-11-21T12:00:00.000Z');
const at = (seconds: number) => new Date(START + seconds * 1_000);
const policy = { silentAfterMs: 60_000, replacedAfterMs: 180_000 };
const ANN = riderId.parse('1'.repeat(24));
const place: Point = { type: 'Point', coordinates: [77.6, 12.97] };
const NEVER_AWAY = at(-3_600);

/** Ann has had the job since second 0. */
const assigned: Delivery = {
  orderId: orderId.parse('a'.repeat(24)),
  status: 'assigned',
  open: false,
  active: true,
  job: { pickup: place },
  assignment: 1,
  riderId: ANN,
  riderUserId: userId.parse('ann'),
  riderName: 'Ann',
  riderPhone: '+91 98860 54321',
  offers: [],
  wave: 1,
  emptySearches: 0,
  wrongCodes: 0,
  watchedFrom: at(0).toISOString(),
  watchAt: at(60).toISOString(),
};
const pickedUp: Delivery = { ...assigned, status: 'picked_up' };

type Moment = { now: number; heard?: number; receivingSince?: number; phoneClock?: number };
const look = (state: Delivery, { now, heard, receivingSince, phoneClock = 0 }: Moment) => {
  const last = heard === undefined ? {} : { last: { location: place, at: at(heard + phoneClock), heardAt: at(heard) } };
  const since = receivingSince === undefined ? NEVER_AWAY : at(receivingSince);
  return watch(state, ANN, { ...last, receivingSince: since }, at(now), policy);
};
const after = (state: Delivery, moment: Moment): Delivery => {
  const decision = look(state, moment);
  return decision.kind === 'changed' ? decision.state : state;
};
const said = (state: Delivery, moment: Moment) => {
  const decision = look(state, moment);
  return decision.kind === 'changed' ? decision.events.map(({ type }) => type).join(' ') || 'waits' : 'nothing';
};

const silent = after(assigned, { now: 60 });
const silentWithFood = after(pickedUp, { now: 60 });

describe('D8, E08: the silence of a rider', () => {
  it.each<[string, Delivery, Moment, string]>([
    ['heard a second ago', assigned, { now: 60, heard: 59 }, 'waits'],
    ['never heard since he accepted, 59 s', assigned, { now: 59.9 }, 'nothing'],
    ['never heard since he accepted, 60 s', assigned, { now: 60 }, 'RIDER_SILENT'],
    ['last heard before he accepted', assigned, { now: 60, heard: -20 }, 'RIDER_SILENT'],
    ['last heard 59 s ago', assigned, { now: 99, heard: 40 }, 'waits'],
    ['last heard 60 s ago', assigned, { now: 100, heard: 40 }, 'RIDER_SILENT'],
    [
      'heard by our clock, though his own is ten minutes slow',
      assigned,
      { now: 60, heard: 59, phoneClock: -600 },
      'waits',
    ],
    ['marked, and 179 s without a word', silent, { now: 179 }, 'waits'],
    ['marked, and 180 s without a word', silent, { now: 180 }, 'RIDER_UNASSIGNED'],
    ['marked, and heard again', silent, { now: 180, heard: 179 }, 'waits'],
    ['looked at for the first time after 180 s', assigned, { now: 180 }, 'RIDER_SILENT RIDER_UNASSIGNED'],
    ['with the food, 60 s', pickedUp, { now: 60 }, 'RIDER_SILENT'],
    ['with the food, marked, 179 s', silentWithFood, { now: 179 }, 'waits'],
    ['with the food, marked, 180 s', silentWithFood, { now: 180 }, 'DELIVERY_CASE_OPENED'],
    ['with the food, and a person knows', after(silentWithFood, { now: 180 }), { now: 600 }, 'waits'],
    ['we were away until a second ago', assigned, { now: 600, receivingSince: 599 }, 'waits'],
    ['we have been back for 60 s', assigned, { now: 600, receivingSince: 540 }, 'RIDER_SILENT'],
    ['marked, and we were away since', silent, { now: 600, receivingSince: 599 }, 'waits'],
    ['marked, and we have been back for 180 s', silent, { now: 600, receivingSince: 420 }, 'RIDER_UNASSIGNED'],
    ['with the food, marked, and we were away since', silentWithFood, { now: 600, receivingSince: 421 }, 'waits'],
  ])('%s', (_name, state, moment, expected) => {
    expect(said(state, moment)).toBe(expected);
  });

  it('is told with since when it lasts and where he was last', () => {
    const decision = look(assigned, { now: 100, heard: 40 });
    expect(decision).toMatchObject({
      state: { silence: { since: at(40).toISOString(), isCase: false } },
      events: [
        {
          type: 'RIDER_SILENT',
          version: 1,
          data: {
            orderId: assigned.orderId,
            riderId: ANN,
            since: at(40).toISOString(),
            lastKnown: { location: place, at: at(40).toISOString() },
          },
        },
      ],
    });
  });

  it('ends with a position and with nothing else, and can begin again', () => {
    expect(after(silent, { now: 600, receivingSince: 599 }).silence).toEqual(silent.silence);
    const heard = after(silent, { now: 70, heard: 69 });
    expect(heard).not.toHaveProperty('silence');
    expect(nextActionAt(heard)).toEqual(at(129));
    expect(said(heard, { now: 129, heard: 69 })).toBe('RIDER_SILENT');
  });

  it('asks to be looked at when something can be due, and now and then until he is heard', () => {
    expect(nextActionAt(after(assigned, { now: 60, heard: 50 }))).toEqual(at(110));
    expect(nextActionAt(silent)).toEqual(at(75));
    expect(nextActionAt(after(silent, { now: 170 }))).toEqual(at(180));
    expect(nextActionAt(after(silentWithFood, { now: 180 }))).toEqual(at(195));
  });

  it('costs nothing when it is looked for at any other moment', () => {
    expect(said(assigned, { now: 30 })).toBe('nothing');
    expect(watch(assigned, '2'.repeat(24), { receivingSince: NEVER_AWAY }, at(600), policy).kind).toBe('unchanged');
  });

  it('takes the job from him as a release does: the search goes on, and leaves no watch behind', () => {
    const offered: Delivery = {
      ...silent,
      offers: [
        {
          ...{ offerId: '9'.repeat(24), riderId: ANN, riderUserId: 'ann', riderName: 'Ann', riderPhone: '1' },
          ...{
            wave: 1,
            sentAt: at(-5).toISOString(),
            expiresAt: at(7).toISOString(),
            distanceM: 10,
            status: 'accepted',
          },
        },
      ] as Delivery['offers'],
    };
    const decision = look(offered, { now: 185 });
    if (decision.kind !== 'changed') throw new Error(decision.kind);
    expect(decision.state).toMatchObject({
      status: 'searching',
      open: true,
      active: false,
      offers: [{ status: 'released' }],
    });
    expect(decision.events).toMatchObject([
      {
        type: 'RIDER_UNASSIGNED',
        data: { reason: 'no position for 185 s', closed: [{ riderUserId: 'ann', reason: 'cancelled' }] },
      },
    ]);
    for (const field of ['riderId', 'watchAt', 'watchedFrom', 'silence'])
      expect(decision.state).not.toHaveProperty(field);
  });

  it('is forgotten with the job', () => {
    const ended = [
      cancel(silent),
      release(silent, 'ann', 'flat tyre', at(70)),
      deliver(silentWithFood, 'ann', 'not-asked', at(70)),
    ];
    for (const decision of ended) {
      if (decision.kind !== 'changed') throw new Error(decision.kind);
      for (const field of ['watchAt', 'watchedFrom', 'silence']) expect(decision.state).not.toHaveProperty(field);
    }
    const picked = pickUp(silent, 'ann');
    expect(picked).toMatchObject({ kind: 'changed', state: { silence: silent.silence, watchAt: silent.watchAt } });
  });
});
