export const PEER_SERVICES = ['restaurant', 'payments', 'rider', 'realtime'] as const;
export type PeerService = (typeof PEER_SERVICES)[number];

const NAMES = [
  'PORT',
  'MONGODB_URL',
  'RABBITMQ_URL',
  'JWT_SECRET',
  'INTERNAL_KEY',
  'RESTAURANT_URL',
  'REALTIME_URL',
] as const;
export type PeerSettings = Readonly<Record<(typeof NAMES)[number], string>>;

/** The environment of a stand-in's service. */
export const readPeerSettings = (env: NodeJS.ProcessEnv): PeerSettings => {
  const missing = NAMES.filter((name) => !env[name]);
  if (missing.length > 0) throw new Error(`the stand-in needs ${missing.join(', ')}`);
  const read = (name: (typeof NAMES)[number]): string => env[name] ?? '';
  return {
    PORT: read('PORT'),
    MONGODB_URL: read('MONGODB_URL'),
    RABBITMQ_URL: read('RABBITMQ_URL'),
    JWT_SECRET: read('JWT_SECRET'),
    INTERNAL_KEY: read('INTERNAL_KEY'),
    RESTAURANT_URL: read('RESTAURANT_URL'),
    REALTIME_URL: read('REALTIME_URL'),
  };
};

export const PAYMENT_QUEUE = 'payment_event';
export const READY_QUEUE = 'order_ready';
/** What the gateway would share with the payments service. */
export const GATEWAY_SECRET = 'a-gateway-secret-of-the-stand-in';
