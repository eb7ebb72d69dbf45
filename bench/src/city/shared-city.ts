import type { SharedBroker } from '../load/broker.ts';
import { openTiffinCity, type TiffinCity } from './tiffin-city.ts';

export type SharedCity = { open(): Promise<TiffinCity>; close(): Promise<void> };

/** One city for every measurement that needs one: filling it takes longer than any of them. */
export const createSharedCity = (riders: number, broker: SharedBroker, say: (text: string) => void): SharedCity => {
  let city: Promise<TiffinCity> | undefined;
  return {
    open: () => {
      city ??= broker.open().then(async ({ vhost }) => openTiffinCity(riders, await vhost('tiffin'), say));
      return city;
    },
    close: async () => {
      const opened = await city?.catch(() => undefined);
      city = undefined;
      await opened?.close();
    },
  };
};
