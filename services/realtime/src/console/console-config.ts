import type { ConsoleConfig } from '@tiffin/contracts/console-api';
import type { RealtimeConfig } from '../config.ts';

type Addresses = Pick<RealtimeConfig, 'NODE_ENV' | 'RESTAURANT_URL' | 'RIDER_URL'> &
  Partial<Pick<RealtimeConfig, 'UTILS_URL' | 'CONSOLE_SUPERVISOR_URL' | 'CONSOLE_RAZORPAY_URL'>>;

const LOOPBACK_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/;

/** The address the page came from, if that is this machine; anybody can send any Host, and it would stand in the page's own policy. */
export const ownUrlOf = (host: string | undefined, port: number | undefined): string =>
  `http://${host !== undefined && LOOPBACK_HOST.test(host) ? host : `127.0.0.1:${port ?? 0}`}`;

/**
 * Where the console finds the parts. In production one proxy stands before them all, so a page asks the host it came from; the addresses
 * services have for each other, the supervisor and the fake gateway are shown in development only.
 */
export const consoleConfigOf = (config: Addresses, ownUrl: string): ConsoleConfig => {
  if (config.NODE_ENV === 'production') {
    return { environment: 'production', services: { restaurant: '', rider: '', realtime: '', utils: '' } };
  }
  const { RESTAURANT_URL, RIDER_URL, UTILS_URL = '', CONSOLE_SUPERVISOR_URL, CONSOLE_RAZORPAY_URL } = config;
  return {
    environment: 'development',
    services: { restaurant: RESTAURANT_URL, rider: RIDER_URL, realtime: ownUrl, utils: UTILS_URL },
    ...(CONSOLE_SUPERVISOR_URL !== undefined && { supervisor: CONSOLE_SUPERVISOR_URL }),
    ...(CONSOLE_RAZORPAY_URL !== undefined && { razorpay: CONSOLE_RAZORPAY_URL }),
  };
};
