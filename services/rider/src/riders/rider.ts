import { userId } from '@tiffin/contracts/claims';
import type { EventData } from '@tiffin/contracts/event-catalogue';
import { type Point, point } from '@tiffin/contracts/geo';
import type { RiderId } from '@tiffin/contracts/ids';
import { type RegisterRider, type RiderView, vehicle } from '@tiffin/contracts/rider-api';
import { changed, conflict, unchanged } from '@tiffin/platform/persistence/decision';
import * as z from 'zod';

export const riderState = z.object({
  userId,
  name: z.string(),
  phone: z.string(),
  vehicle,
  /** The licence number is kept as its last characters and a keyed digest; in clear it is nowhere. */
  licenceNumberMasked: z.string(),
  licenceNumberDigest: z.string(),
  /** The rider's wish to work. Whether he is busy is the delivery's to say. */
  isAvailable: z.boolean(),
  isVerified: z.boolean(),
});
export type Rider = z.infer<typeof riderState>;

/** Where a rider was last; lives beside the state and moves without events. */
export const position = z.object({
  location: point,
  at: z.date(),
  /** When it reached us, by our clock: the rider's own may be wrong. */
  heardAt: z.date().optional(),
  /** The number of the newest accepted fix, -1 before the first. */
  seq: z.int(),
  speedMps: z.number().optional(),
  /** Since when he stands where he stands. */
  movedAt: z.date(),
  /** Said with the wish to work rather than measured: good for matching, no base for an implied speed. */
  declared: z.boolean().optional(),
});
export type Position = z.infer<typeof position>;

/** When a position reached us. What was written by an older program knows only what the rider's clock said. */
export const heardAtOf = ({ heardAt, at }: Position): Date => heardAt ?? at;

type RiderEventType = 'RIDER_REGISTERED' | 'RIDER_VERIFIED' | 'RIDER_AVAILABILITY_CHANGED';
export type RiderEvent = {
  [T in RiderEventType]: { readonly type: T; readonly version: 1; readonly data: EventData<T> };
}[RiderEventType];

const factsOf = (riderId: RiderId, { userId: user, name, isAvailable, isVerified }: Rider) => ({
  riderId,
  userId: user,
  name,
  isAvailable,
  isVerified,
});

/** A new rider: not verified, off duty. */
export const register = (
  riderId: RiderId,
  user: Rider['userId'],
  { licenceNumber: _secret, ...person }: RegisterRider,
  licence: Pick<Rider, 'licenceNumberMasked' | 'licenceNumberDigest'>,
): { state: Rider; events: readonly RiderEvent[] } => {
  const state: Rider = { userId: user, ...person, ...licence, isAvailable: false, isVerified: false };
  return { state, events: [{ type: 'RIDER_REGISTERED', version: 1, data: factsOf(riderId, state) }] };
};

/** An admin has looked at the papers. Taking the verification back also ends the duty. */
export const verify = (riderId: RiderId, state: Rider, isVerified: boolean) => {
  if (state.isVerified === isVerified) return unchanged;
  const after: Rider = { ...state, isVerified, isAvailable: isVerified && state.isAvailable };
  return changed(after, { type: 'RIDER_VERIFIED', version: 1, data: factsOf(riderId, after) } as const);
};

/** The rider goes on or off duty. */
export const setAvailable = (riderId: RiderId, state: Rider, isAvailable: boolean) => {
  if (!state.isVerified) return conflict('not_verified', 'An admin has to verify you before you can go on duty.');
  if (state.isAvailable === isAvailable) return unchanged;
  const after: Rider = { ...state, isAvailable };
  return changed(after, { type: 'RIDER_AVAILABILITY_CHANGED', version: 1, data: factsOf(riderId, after) } as const);
};

/** A rider as he and an admin see him. */
export const riderView = (
  riderId: RiderId,
  state: Rider,
  seen: { location: Point; at: Date } | undefined,
): RiderView => {
  const { licenceNumberDigest: _digest, ...shown } = state;
  return { _id: riderId, ...shown, ...(seen && { location: seen.location, lastSeenAt: seen.at.toISOString() }) };
};
