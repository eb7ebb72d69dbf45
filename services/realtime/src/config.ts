import { commonSettings } from '@tiffin/platform/config/common-settings';
import { setting } from '@tiffin/platform/config/setting';
import { httpUrl, secret } from '@tiffin/platform/config/settings';
import * as z from 'zod';

const { NODE_ENV, PORT, LOG_LEVEL, RABBITMQ_URL, JWT_SECRET, JWT_PUBLIC_KEY, SERVICE_TOKEN_SECRET, TOPOLOGY } =
  commonSettings;
const { ALLOWED_ORIGINS, PAYMENT_QUEUE, ORDER_READY_QUEUE, RESTAURANT_URL, RIDER_URL } = commonSettings;

/** The environment of the realtime service. */
export const realtimeSettings = z.object({
  NODE_ENV,
  PORT,
  LOG_LEVEL,
  RABBITMQ_URL,
  JWT_SECRET,
  JWT_PUBLIC_KEY,
  SERVICE_TOKEN_SECRET,
  TOPOLOGY,
  ALLOWED_ORIGINS,
  PAYMENT_QUEUE,
  ORDER_READY_QUEUE,
  RESTAURANT_URL,
  RIDER_URL,
  /** Opens the emit door to whoever holds it, beside services; unset: to nobody. */
  INTERNAL_SERVICE_KEY: secret.optional(),
  /** For the console, in development only; in production its page asks the host it came from. */
  UTILS_URL: setting(httpUrl.optional(), { development: 'http://127.0.0.1:4004' }),
  CONSOLE_SUPERVISOR_URL: httpUrl.optional(),
  CONSOLE_RAZORPAY_URL: httpUrl.optional(),
});
export type RealtimeConfig = z.infer<typeof realtimeSettings>;
