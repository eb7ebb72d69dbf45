import { commonSettings } from '@tiffin/platform/config/common-settings';
import { setting } from '@tiffin/platform/config/setting';
import { secret } from '@tiffin/platform/config/settings';
import * as z from 'zod';

const { NODE_ENV, PORT, LOG_LEVEL, RABBITMQ_URL, JWT_SECRET, JWT_PUBLIC_KEY, SERVICE_TOKEN_SECRET, TOPOLOGY } =
  commonSettings;
const { PAYMENT_QUEUE, ORDER_READY_QUEUE, RESTAURANT_URL, RIDER_URL } = commonSettings;

const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;

const originList = setting(
  z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .refine((list) => list.every(isOrigin), 'has an entry that is not an origin'),
  { expected: 'origins, comma separated, such as https://app.example.org' },
);

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
  PAYMENT_QUEUE,
  ORDER_READY_QUEUE,
  RESTAURANT_URL,
  RIDER_URL,
  /** Opens the emit door to whoever holds it, beside services; unset: to nobody. */
  INTERNAL_SERVICE_KEY: secret.optional(),
  /** Origins of pages that may open sockets, beside our own host. */
  ALLOWED_ORIGINS: originList.optional(),
});
export type RealtimeConfig = z.infer<typeof realtimeSettings>;
