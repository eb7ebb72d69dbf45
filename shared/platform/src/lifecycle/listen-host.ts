const LOOPBACK = '127.0.0.1';

/** Where a service listens: on every interface in production, where a proxy stands before it; otherwise for this machine alone. */
export const listenHost = (environment: string): string | undefined =>
  environment === 'production' ? undefined : LOOPBACK;
