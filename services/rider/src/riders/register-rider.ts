import type { UserId } from '@tiffin/contracts/claims';
import type { RiderId } from '@tiffin/contracts/ids';
import type { RegisterRider } from '@tiffin/contracts/rider-api';
import type { Cause } from '@tiffin/platform/persistence/stored';
import type { LicenceKeeper } from './licence-number.ts';
import type { RiderStore } from './rider.store.ts';
import { register } from './rider.ts';

/** A person becomes a rider, once: the unique index on the person decides. */
export const registerRider =
  ({ riders, keepLicence }: { riders: Pick<RiderStore, 'create'>; keepLicence: LicenceKeeper }) =>
  async (riderId: RiderId, riderUserId: UserId, wish: RegisterRider, cause: Cause) => {
    const { state, events } = register(riderId, riderUserId, wish, keepLicence(wish.licenceNumber));
    return riders.create(riderId, state, events, cause);
  };
