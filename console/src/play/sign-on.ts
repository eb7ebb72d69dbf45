import type { Point } from '@tiffin/contracts/geo';
import { type RiderView, riderReply } from '@tiffin/contracts/rider-api';
import type { Answer, Doors } from '../doors/doors.ts';

/** Puts a rider on duty at a place, or off it. */
export const setAvailability = (doors: Doors, isAvailable: boolean, location: Point) => {
  const body = isAvailable ? { isAvailable, location } : { isAvailable };
  return doors.ask({ part: 'rider', path: '/api/v1/riders/me/availability', method: 'PUT', body }, riderReply);
};

/** The rider of this token. A new one is registered, verified and put on duty; one who went off duty stays so. */
export const signOn = async ({
  doors,
  admin,
  place,
  licenceNumber,
  isNew,
}: {
  doors: Doors;
  admin: Doors;
  place: Point;
  licenceNumber: string;
  /** Whether this rider may never have been here: then registering is tried first. */
  isNew: boolean;
}): Promise<Answer<RiderView>> => {
  const registered = isNew ? await register(doors, licenceNumber) : undefined;
  const isKnown = registered === undefined || (registered.kind === 'refused' && registered.code === 'rider_exists');
  const found = isKnown ? await doors.ask({ part: 'rider', path: '/api/v1/riders/me' }, riderReply) : registered;
  if (found.kind !== 'answered') return found;
  const { rider } = found.body;
  if (rider.isVerified) return { ...found, body: rider };
  const path = `/api/v1/riders/${rider._id}/verification`;
  const verified = await admin.ask({ part: 'rider', path, method: 'PUT', body: { isVerified: true } }, riderReply);
  if (verified.kind !== 'answered') return verified;
  const onDuty = await setAvailability(doors, true, place);
  return onDuty.kind === 'answered' ? { ...onDuty, body: onDuty.body.rider } : onDuty;
};

const register = (doors: Doors, licenceNumber: string) =>
  doors.ask(
    {
      part: 'rider',
      path: '/api/v1/riders',
      method: 'POST',
      body: { name: 'Ravi (played by hand)', phone: '+91 98860 70000', vehicle: 'scooter', licenceNumber },
    },
    riderReply,
  );
