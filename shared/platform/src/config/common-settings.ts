import * as z from 'zod';
import { setting } from './setting.ts';
import {
  count,
  httpUrl,
  logLevel,
  mongodbUrl,
  nodeEnvironment,
  originList,
  port,
  publicKey,
  queueName,
  rabbitmqUrl,
  secret,
} from './settings.ts';

/** The variables several services share. A service spreads the ones it uses into its own schema. */
export const commonSettings = {
  NODE_ENV: setting(nodeEnvironment, { development: 'development', production: 'production' }),
  PORT: setting(port, { development: '0' }),
  LOG_LEVEL: setting(logLevel, { development: 'info' }),
  MONGODB_URL: setting(mongodbUrl, { development: 'mongodb://127.0.0.1:27017' }),
  RABBITMQ_URL: setting(rabbitmqUrl, { development: 'amqp://guest:guest@127.0.0.1:5672' }),
  JWT_SECRET: setting(secret.optional(), { insteadOf: 'JWT_PUBLIC_KEY' }),
  JWT_PUBLIC_KEY: publicKey.optional(),
  SERVICE_TOKEN_SECRET: secret,
  /** `declare` makes exchanges and queues at the start, `check` only looks that they are there. */
  TOPOLOGY: setting(z.enum(['declare', 'check']), {
    development: 'declare',
    production: 'check',
    expected: 'declare or check',
  }),
  /** Requests a second and person, counted over two seconds. */
  RATE_LIMIT_RPS: setting(count({ min: 1, max: 100_000 }), { development: '20' }),
  /** Origins whose pages may read the answers, and open sockets, beside the own host; unset: none. */
  ALLOWED_ORIGINS: originList.optional(),
  PAYMENT_QUEUE: setting(queueName, { development: 'PAYMENT_SUCCESS' }),
  ORDER_READY_QUEUE: setting(queueName, { development: 'ORDER_READY_FOR_RIDER' }),
  RESTAURANT_URL: setting(httpUrl, { development: 'http://127.0.0.1:4001' }),
  RIDER_URL: setting(httpUrl, { development: 'http://127.0.0.1:4002' }),
  REALTIME_URL: setting(httpUrl, { development: 'http://127.0.0.1:4003' }),
  UTILS_URL: setting(httpUrl, { development: 'http://127.0.0.1:4004' }),
};
