import { userId } from '@tiffin/contracts/claims';
import { EVENTS } from '@tiffin/contracts/event-catalogue';
import { riderId } from '@tiffin/contracts/ids';
import { rider as riderSchema } from '@tiffin/contracts/rider-api';
import { describe, expect, it } from 'vitest';
import { createLicenceKeeper } from './licence-number.ts';
import { type Rider, register, riderView, setAvailable, verify } from './rider.ts';

const ID = riderId.parse('1'.repeat(24));
const LICENCE = 'KA01 2026-0001';
const wish = { name: 'Asha', phone: '+91 98860 54321', vehicle: 'scooter', licenceNumber: LICENCE } as const;
const keepLicence = createLicenceKeeper('a secret of this service that is long enough');
const registered = register(ID, userId.parse('asha'), wish, keepLicence(LICENCE));
const verified: Rider = { ...registered.state, isVerified: true };
const states = { registered: registered.state, verified, onDuty: { ...verified, isAvailable: true } };

const commands = {
  verify: (state: Rider) => verify(ID, state, true),
  unverify: (state: Rider) => verify(ID, state, false),
  'go on duty': (state: Rider) => setAvailable(ID, state, true),
  'go off duty': (state: Rider) => setAvailable(ID, state, false),
};
const said = (decision: ReturnType<(typeof commands)[keyof typeof commands]>): string => {
  switch (decision.kind) {
    case 'changed':
      return `${decision.state.isVerified ? 'verified' : 'not verified'}, ${decision.state.isAvailable ? 'on' : 'off'} duty`;
    case 'unchanged':
      return 'same';
    case 'conflict':
      return decision.code;
  }
};

describe('every command in every state of a rider', () => {
  it.each([
    ['registered', 'verify', 'verified, off duty'],
    ['registered', 'unverify', 'same'],
    ['registered', 'go on duty', 'not_verified'],
    ['registered', 'go off duty', 'not_verified'],
    ['verified', 'verify', 'same'],
    ['verified', 'unverify', 'not verified, off duty'],
    ['verified', 'go on duty', 'verified, on duty'],
    ['verified', 'go off duty', 'same'],
    ['onDuty', 'verify', 'same'],
    ['onDuty', 'unverify', 'not verified, off duty'],
    ['onDuty', 'go on duty', 'same'],
    ['onDuty', 'go off duty', 'verified, off duty'],
  ] as const)('%s, %s: %s', (state, command, expected) => {
    expect(said(commands[command](states[state]))).toBe(expected);
  });
});

describe('T19: what is told of a rider', () => {
  it('keeps the licence number nowhere in clear: not in the state, not in an event, not in a view', () => {
    const view = riderView(ID, registered.state, undefined);
    expect(riderSchema.parse(view)).toEqual(view);
    for (const thing of [registered.state, registered.events, view]) {
      expect(JSON.stringify(thing)).not.toContain(LICENCE);
      expect(JSON.stringify(thing)).not.toContain('KA0120260001');
    }
    expect(view.licenceNumberMasked).toBe('••••••••0001');
    expect(view).not.toHaveProperty('licenceNumberDigest');
  });

  it('finds the same licence again however it is written, and shows little of a short one', () => {
    expect(keepLicence('ka01 20260001')).toEqual(keepLicence(LICENCE));
    expect(keepLicence('KA01 20260002').licenceNumberDigest).not.toBe(keepLicence(LICENCE).licenceNumberDigest);
    expect(keepLicence('AB 12').licenceNumberMasked).toBe('••12');
  });

  it('tells a name that is a name, in events that keep to their schemas', () => {
    const told = [...registered.events, ...(verify(ID, registered.state, true).kind === 'changed' ? eventsOf() : [])];
    for (const { type, data } of told)
      expect(EVENTS[type].versions[1].parse(data)).toMatchObject({ riderId: ID, name: 'Asha' });
    expect(told.map(({ type }) => type)).toEqual(['RIDER_REGISTERED', 'RIDER_VERIFIED', 'RIDER_AVAILABILITY_CHANGED']);
  });
});

const eventsOf = () =>
  [verify(ID, registered.state, true), setAvailable(ID, verified, true)].flatMap((decision) =>
    decision.kind === 'changed' ? [...decision.events] : [],
  );
