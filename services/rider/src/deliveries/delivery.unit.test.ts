import { userId } from '@tiffin/contracts/claims';
import { EVENTS } from '@tiffin/contracts/event-catalogue';
import { offerId, orderId, restaurantId, riderId } from '@tiffin/contracts/ids';
import { inPaise } from '@tiffin/contracts/money';
import { describe, expect, it } from 'vitest';
import {
  type Delivery,
  type DeliveryEvent,
  deliveryState,
  deliveryView,
  neverOpened,
  nextActionAt,
  nextSearchTurnAt,
  openDelivery,
} from './delivery.ts';
import {
  accept as acceptBy,
  type ChosenRider,
  decline,
  expireOffers,
  freeSlots,
  makeOffers,
  revoke,
} from './offers.ts';
import { watch } from './rider-silence.ts';
import { escalate, foundNobody, isSearchOver, pauseAfter } from './search-turns.ts';
import { CODE_ATTEMPTS, CODE_LOCK_MS, cancel, deliver, pickUp, release } from './trip.ts';

const START = new Date('2026-11-21T12:00:00.000Z');
const after = (seconds: number) => new Date(START.getTime() + seconds * 1_000);
const policy = { offerTtlMs: 12_000, waveSize: 3, searchLimitMs: 1_200_000 };
const silence = { silentAfterMs: 60_000, replacedAfterMs: 180_000 };
const accept = (state: Delivery, riderUserId: string, now: Date) => acceptBy(state, riderUserId, now, silence);
const order = orderId.parse('a'.repeat(24));
const hex = (digit: string) => digit.repeat(24);

const rider = (name: string, digit: string): ChosenRider => ({
  offerId: offerId.parse(hex(digit)),
  riderId: riderId.parse(hex(digit)),
  riderUserId: userId.parse(name),
  riderName: `Rider ${name}`,
  riderPhone: '+91 98860 54321',
  distanceM: 300,
});
const [ANN, BOB, CAT] = [rider('ann', '1'), rider('bob', '2'), rider('cat', '3')];
const STRANGER = 'zoe';

const ready = {
  orderId: order,
  restaurantId: restaurantId.parse(hex('b')),
  location: { type: 'Point' as const, coordinates: [77.6, 12.97] as [number, number] },
  userId: userId.parse('customer-1'),
  restaurantName: 'Dosa House',
  dropoff: { type: 'Point' as const, coordinates: [77.61, 12.98] as [number, number] },
  dropoffArea: 'Shivaji Nagar',
  customerPhone: '+91 98450 12345',
  readyAt: START.toISOString(),
  earningPaise: inPaise(3_400),
};

const stateOf = (decision: { kind: string } & Partial<{ state: Delivery }>): Delivery => {
  if (!decision.state) throw new Error(`expected a change, was ${decision.kind}`);
  return decision.state;
};
const asking = (state: Delivery, now: Date, ...riders: ChosenRider[]) => makeOffers(state, riders, now, policy).state;

const searching = openDelivery(ready, START, policy);
const offering = asking(searching, START, ANN);
const inWave = asking(expireOffers(asking(searching, START, CAT), after(12)).state, after(12), ANN, BOB);
const assigned = stateOf(accept(offering, 'ann', after(1)));
const pickedUp = stateOf(pickUp(assigned, 'ann'));
const delivered = stateOf(deliver(pickedUp, 'ann', 'not-asked', after(60)));
const states = {
  searching,
  offering,
  inWave,
  taken: stateOf(accept(inWave, 'bob', after(13))),
  declined: stateOf(decline(offering, 'ann', after(1))),
  expired: expireOffers(offering, after(12)).state,
  revokedAsBusy: stateOf(revoke(offering, 'ann', 'busy')),
  assigned,
  pickedUp,
  delivered,
  released: stateOf(release(assigned, 'ann', 'flat tyre', after(30))),
  cancelledWhileOffering: stateOf(cancel(offering)),
  cancelledWhileAssigned: stateOf(cancel(assigned)),
  escalated: escalate(offering).state,
  neverOpened: neverOpened(order).state,
} satisfies Record<string, Delivery>;
type StateName = keyof typeof states;

const AT = after(13);
const commands = {
  'ann accepts in time': (state: Delivery) => accept(state, 'ann', after(2)),
  'ann accepts late': (state: Delivery) => accept(state, 'ann', after(24)),
  'a stranger accepts': (state: Delivery) => accept(state, STRANGER, AT),
  'ann declines in time': (state: Delivery) => decline(state, 'ann', after(2)),
  'a stranger declines': (state: Delivery) => decline(state, STRANGER, AT),
  'ann picks up': (state: Delivery) => pickUp(state, 'ann'),
  'a stranger picks up': (state: Delivery) => pickUp(state, STRANGER),
  'ann delivers': (state: Delivery) => deliver(state, 'ann', 'not-asked', AT),
  'a stranger delivers': (state: Delivery) => deliver(state, STRANGER, 'not-asked', AT),
  'ann releases': (state: Delivery) => release(state, 'ann', 'flat tyre', AT),
  'a stranger releases': (state: Delivery) => release(state, STRANGER, 'no', AT),
  'the order is cancelled': (state: Delivery) => cancel(state),
};
type CommandName = keyof typeof commands;

// '→ x': changed to status x; 'same': a repeat; 'outrun': an event the state has outrun; otherwise the problem's code.
const NOT = 'not_found';
const table: Record<StateName, readonly string[]> = {
  //                       accept in time   accept late       stranger declines              stranger pick-up            stranger deliver             stranger release             stranger cancel
  searching: [NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, '→ cancelled'],
  offering: ['→ assigned', 'offer_expired', NOT, '→ searching', NOT, NOT, NOT, NOT, NOT, NOT, '→ cancelled'],
  inWave: ['→ assigned', 'offer_expired', NOT, '→ offering', NOT, NOT, NOT, NOT, NOT, NOT, '→ cancelled'],
  taken: ['offer_taken', 'offer_taken', NOT, 'offer_taken', NOT, NOT, NOT, NOT, NOT, NOT, '→ cancelled'],
  declined: ['offer_declined', 'offer_declined', NOT, 'same', NOT, NOT, NOT, NOT, NOT, NOT, '→ cancelled'],
  expired: ['offer_expired', 'offer_expired', NOT, 'offer_expired', NOT, NOT, NOT, NOT, NOT, NOT, '→ cancelled'],
  revokedAsBusy: ['rider_busy', 'rider_busy', NOT, 'rider_busy', NOT, NOT, NOT, NOT, NOT, NOT, '→ cancelled'],
  assigned: [
    'same',
    'same',
    NOT,
    'delivery_conflict',
    '→ picked_up',
    NOT,
    'delivery_conflict',
    NOT,
    '→ searching',
    NOT,
    '→ cancelled',
  ],
  pickedUp: [
    'same',
    'same',
    NOT,
    'delivery_conflict',
    'same',
    NOT,
    '→ delivered',
    NOT,
    'delivery_conflict',
    NOT,
    'outrun',
  ],
  delivered: ['same', 'same', NOT, 'delivery_conflict', 'same', NOT, 'same', NOT, 'delivery_conflict', NOT, 'outrun'],
  released: ['offer_declined', 'offer_declined', NOT, 'offer_declined', NOT, NOT, NOT, NOT, 'same', NOT, '→ cancelled'],
  cancelledWhileOffering: [
    'delivery_closed',
    'delivery_closed',
    NOT,
    'delivery_closed',
    NOT,
    NOT,
    NOT,
    NOT,
    NOT,
    NOT,
    'outrun',
  ],
  cancelledWhileAssigned: [
    'delivery_closed',
    'delivery_closed',
    NOT,
    'delivery_closed',
    'delivery_closed',
    NOT,
    'delivery_closed',
    NOT,
    'delivery_closed',
    NOT,
    'outrun',
  ],
  escalated: ['delivery_closed', 'delivery_closed', NOT, 'delivery_closed', NOT, NOT, NOT, NOT, NOT, NOT, 'outrun'],
  neverOpened: [NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, NOT, 'outrun'],
};

const said = (decision: ReturnType<(typeof commands)[CommandName]>): string => {
  switch (decision.kind) {
    case 'changed':
      return `→ ${decision.state.status}`;
    case 'unchanged':
      return 'same';
    case 'nothing-new':
      return 'outrun';
    case 'conflict':
      return decision.code;
  }
};

const isStateName = (name: string): name is StateName => Object.hasOwn(states, name);
const isCommandName = (name: string): name is CommandName => Object.hasOwn(commands, name);
const stateNames = Object.keys(states).filter(isStateName);
const columns: CommandName[] = [
  'ann accepts in time',
  'ann accepts late',
  'a stranger accepts',
  'ann declines in time',
  'ann picks up',
  'a stranger picks up',
  'ann delivers',
  'a stranger delivers',
  'ann releases',
  'a stranger releases',
  'the order is cancelled',
];

describe('T09: every command in every state of a delivery', () => {
  const cells = stateNames.flatMap((name) => columns.map((command, at) => [name, command, table[name][at]] as const));
  it.each(cells)('%s, %s: %s', (name, command, expected) => {
    expect(said(commands[command](states[name]))).toBe(expected);
  });

  it('has an answer for every cell', () => {
    for (const name of stateNames) expect(table[name]).toHaveLength(columns.length);
    expect(Object.keys(commands).filter(isCommandName)).toHaveLength(columns.length + 1);
  });

  it('lets a stranger decline nothing', () => {
    for (const name of stateNames) expect(said(commands['a stranger declines'](states[name]))).toBe('not_found');
  });
});

const everyEvent = (): DeliveryEvent[] => [
  ...makeOffers(searching, [ANN], START, policy).events,
  ...expireOffers(offering, after(12)).events,
  ...eventsOf(decline(offering, 'ann', after(1))),
  ...eventsOf(revoke(offering, 'ann', 'off_duty')),
  ...eventsOf(accept(inWave, 'ann', after(13))),
  ...eventsOf(release(assigned, 'ann', 'flat tyre', after(30))),
  ...eventsOf(pickUp(assigned, 'ann')),
  ...eventsOf(deliver(pickedUp, 'ann', 'not-asked', after(60))),
  ...eventsOf(cancel(assigned)),
  ...escalate(offering).events,
  ...neverOpened(order).events,
  ...eventsOf(watch(assigned, ANN.riderId, { receivingSince: START }, after(61), silence)),
  ...eventsOf(watch(pickedUp, ANN.riderId, { receivingSince: START }, after(181), silence)),
];
const eventsOf = (decision: { kind: string } & Partial<{ events: readonly DeliveryEvent[] }>) => [
  ...(decision.events ?? []),
];

describe('what a delivery tells', () => {
  it('keeps to the schema of every event, and leaves none out', () => {
    const told = everyEvent();
    for (const { type, data } of told) expect(() => EVENTS[type].versions[1].parse(data)).not.toThrow();
    const all = Object.entries(EVENTS).filter(([, definition]) => definition.aggregate === 'delivery');
    expect(new Set(told.map(({ type }) => type))).toEqual(new Set(all.map(([type]) => type)));
  });

  it('carries the whole snapshot and the offers it ended with an assignment', () => {
    expect(eventsOf(accept(inWave, 'ann', after(13)))).toEqual([
      {
        type: 'RIDER_ASSIGNED',
        version: 1,
        data: {
          orderId: order,
          delivery: {
            status: 'assigned',
            assignment: 1,
            riderId: ANN.riderId,
            riderUserId: 'ann',
            riderName: 'Rider ann',
            riderPhone: '+91 98860 54321',
            toPickupM: ANN.distanceM,
            earningPaise: 3_400,
          },
          closed: [{ offerId: BOB.offerId, riderUserId: 'bob', reason: 'taken' }],
        },
      },
    ]);
  });

  it('tells the assigned rider and everybody asked that the order is cancelled', () => {
    const [fact] = eventsOf(cancel(assigned));
    expect(fact?.data).toMatchObject({ closed: [{ offerId: ANN.offerId, riderUserId: 'ann', reason: 'cancelled' }] });
    const [other] = eventsOf(cancel(inWave));
    expect(other?.data).toMatchObject({ closed: [{ riderUserId: 'ann' }, { riderUserId: 'bob' }] });
  });

  it('tells how far from the pickup he was who has the job, whoever gave it back before, and of nobody when nobody has it', () => {
    const [released] = eventsOf(release(assigned, 'ann', 'flat tyre', after(30)));
    expect(released?.data).not.toHaveProperty('delivery.toPickupM');
    const again = asking(states.released, after(31), { ...BOB, distanceM: 812.4 });
    const [taken] = eventsOf(accept(again, 'bob', after(32)));
    expect(taken?.data).toMatchObject({ delivery: { riderUserId: 'bob', toPickupM: 812 } });
  });

  it('numbers assignments upwards', () => {
    const again = asking(states.released, after(31), BOB);
    expect(stateOf(accept(again, 'bob', after(32))).assignment).toBe(2);
  });

  it('says nothing of the customer before acceptance', () => {
    const [fact] = makeOffers(searching, [ANN], START, policy).events;
    expect(JSON.stringify(fact)).not.toMatch(/98450|customer|77\.61/);
    expect(fact?.data).toMatchObject({ offers: [{ tripM: expect.any(Number), earningPaise: 3_400 }] });
  });

  it('leaves absent what a bare ready message did not carry, all the way to the rider', () => {
    const { orderId: id, restaurantId: restaurant, location } = ready;
    const bare = openDelivery({ orderId: id, restaurantId: restaurant, location }, START, policy);
    const taken = stateOf(accept(asking(bare, START, ANN), 'ann', after(1)));
    expect(deliveryView(taken, 3)).toEqual({
      orderId: id,
      status: 'assigned',
      riderId: ANN.riderId,
      pickup: location,
      seq: 3,
    });
  });
});

describe('one rider, one job', () => {
  it('is active exactly while a rider has the job, in every state', () => {
    for (const name of stateNames) {
      const state = states[name];
      expect(deliveryState.parse(state)).toEqual(state);
      expect(state.active).toBe(name === 'assigned' || name === 'pickedUp' || name === 'taken');
      if (state.active) expect(state.riderId).toBeDefined();
      expect(state.open).toBe(state.status === 'searching' || state.status === 'offering');
    }
  });
});

describe('offers', () => {
  it('asks one rider alone until an offer has expired, then as many as a wave has', () => {
    expect(freeSlots(searching, policy)).toBe(1);
    expect(freeSlots(offering, policy)).toBe(0);
    expect(freeSlots(states.declined, policy)).toBe(1);
    expect(freeSlots(states.expired, policy)).toBe(3);
    expect(freeSlots(inWave, policy)).toBe(1);
    expect(freeSlots(assigned, policy)).toBe(0);
  });

  it('ends exactly at its expiry, by the clock of this service', () => {
    expect(said(accept(offering, 'ann', after(11.999)))).toBe('→ assigned');
    expect(said(accept(offering, 'ann', after(12)))).toBe('offer_expired');
    expect(expireOffers(offering, after(11.999)).events).toEqual([]);
  });

  it('never outlives the search', () => {
    const late = makeOffers(searching, [ANN], after(1_195), policy).state;
    expect(late.offers[0]?.expiresAt).toBe(after(1_200).toISOString());
  });

  it('can be made again to a rider whose last one was taken back', () => {
    const again = asking(states.revokedAsBusy, after(2), { ...ANN, offerId: offerId.parse(hex('9')) });
    expect(said(accept(again, 'ann', after(3)))).toBe('→ assigned');
  });
});

describe('the clock of a search', () => {
  it('looks again after 2, 4, 8 and then every 15 s', () => {
    expect([1, 2, 3, 4, 5, 40].map(pauseAfter)).toEqual([2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
    const once = foundNobody(searching, START);
    expect(nextActionAt(once)).toEqual(after(2));
    expect(nextActionAt(foundNobody(once, after(2)))).toEqual(after(6));
    expect(foundNobody(offering, START)).toBe(offering);
  });

  it('acts next when an offer ends, a pause ends or the search is over, whichever is first', () => {
    expect(nextActionAt(offering)).toEqual(after(12));
    expect(nextActionAt(foundNobody(searching, after(1_199)))).toEqual(after(1_200));
    expect(isSearchOver(searching, after(1_199.999))).toBe(false);
    expect(isSearchOver(searching, after(1_200))).toBe(true);
    for (const state of [delivered, states.escalated, states.cancelledWhileAssigned, states.neverOpened])
      expect(nextActionAt(state)).toBeUndefined();
    for (const state of [assigned, pickedUp]) {
      expect(nextActionAt(state)).toEqual(after(61));
      expect(nextSearchTurnAt(state)).toBeUndefined();
    }
    expect(nextActionAt(states.released)).toEqual(after(30));
  });

  it('counts from ready, and a ready in the future from now', () => {
    const early = { ...ready, readyAt: after(-600).toISOString() };
    expect(openDelivery(early, START, policy).searchUntil).toBe(after(600).toISOString());
    const future = { ...ready, readyAt: after(600).toISOString() };
    expect(openDelivery(future, START, policy).searchUntil).toBe(after(1_200).toISOString());
  });

  it('leaves five minutes for another rider when one gives the job back late', () => {
    expect(stateOf(release(assigned, 'ann', 'tyre', after(1_190))).searchUntil).toBe(after(1_490).toISOString());
    expect(stateOf(release(assigned, 'ann', 'tyre', after(60))).searchUntil).toBe(after(1_200).toISOString());
  });
});

describe('the code at the door', () => {
  const guess = (state: Delivery, code: 'right' | 'wrong', now: Date) => deliver(state, 'ann', code, now);

  it('D10: keeps the delivery where it is while the code is wrong, and locks the door after five', () => {
    let state = pickedUp;
    for (let guesses = 1; guesses <= CODE_ATTEMPTS; guesses += 1) {
      const decision = guess(state, 'wrong', after(60));
      expect(eventsOf(decision)).toHaveLength(guesses === CODE_ATTEMPTS ? 1 : 0);
      state = stateOf(decision);
      expect(state.status).toBe('picked_up');
    }
    expect(guess(state, 'right', after(61))).toMatchObject({
      code: 'too_many_requests',
      retryAfterMs: CODE_LOCK_MS - 1_000,
    });
    expect(said(guess(state, 'right', after(60 + CODE_LOCK_MS / 1_000)))).toBe('→ delivered');
  });

  it('E10: tells a person when the door is locked for the first time, and locks it again after five more', () => {
    let state = pickedUp;
    const told: DeliveryEvent[] = [];
    for (let guesses = 1; guesses <= 3 * CODE_ATTEMPTS; guesses += 1) {
      const decision = guess(state, 'wrong', after(60 * guesses));
      told.push(...eventsOf(decision));
      state = stateOf(decision);
      const isLocked = guess(state, 'right', after(60 * guesses)).kind === 'conflict';
      expect(isLocked, `after guess ${guesses}`).toBe(guesses % CODE_ATTEMPTS === 0);
    }
    expect(told).toEqual([
      {
        type: 'DELIVERY_CASE_OPENED',
        version: 1,
        data: { orderId: order, riderId: ANN.riderId, reason: 'the code at the door was wrong 5 times' },
      },
    ]);
  });

  it('forgives the guesses before a right one', () => {
    const wrongOnce = stateOf(guess(pickedUp, 'wrong', after(60)));
    expect(stateOf(guess(wrongOnce, 'right', after(61)))).toMatchObject({ status: 'delivered', wrongCodes: 0 });
  });
});
