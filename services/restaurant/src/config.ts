import { commonSettings } from '@tiffin/platform/config/common-settings';
import { setting } from '@tiffin/platform/config/setting';
import { count, metres, onOff, seconds } from '@tiffin/platform/config/settings';
import * as z from 'zod';

const { NODE_ENV, PORT, LOG_LEVEL, MONGODB_URL, RABBITMQ_URL, JWT_SECRET, JWT_PUBLIC_KEY, SERVICE_TOKEN_SECRET } =
  commonSettings;
const { TOPOLOGY, RATE_LIMIT_RPS, ALLOWED_ORIGINS, PAYMENT_QUEUE, ORDER_READY_QUEUE } = commonSettings;

/** The environment of the restaurant service. */
export const restaurantSettings = z.object({
  NODE_ENV,
  PORT,
  LOG_LEVEL,
  MONGODB_URL,
  RABBITMQ_URL,
  JWT_SECRET,
  JWT_PUBLIC_KEY,
  SERVICE_TOKEN_SECRET,
  TOPOLOGY,
  RATE_LIMIT_RPS,
  ALLOWED_ORIGINS,
  PAYMENT_QUEUE,
  ORDER_READY_QUEUE,
  /** How long an order waits for its money. */
  PAYMENT_WINDOW_S: setting(seconds(), { development: '900', production: '900' }),
  /** How long a paid order waits for the kitchen's answer. */
  ACCEPT_WINDOW_S: setting(seconds(), { development: '300', production: '300' }),
  /** How far from the restaurant an address may be. */
  DELIVERY_RADIUS_M: setting(metres(), { development: '10000', production: '10000' }),
  /** How fast a rider gets on, stops included. */
  RIDER_SPEED_MPS: setting(count({ min: 1, max: 40 }), { development: '5', production: '5' }),
  /** How long it takes as a rule until a rider is found, and how far from the pickup he is then. */
  ASSIGN_EXPECTED_S: setting(seconds({ min: 0 }), { development: '10', production: '10' }),
  FIRST_MILE_EXPECTED_M: setting(metres({ min: 0 }), { development: '1000', production: '1000' }),
  /** How far the range told to the customer reaches to either side: so long, or so many hundredths of the time left if that is more. */
  ETA_SPREAD_S: setting(seconds({ min: 0 }), { development: '120', production: '120' }),
  ETA_SPREAD_PERCENT: setting(count({ min: 0, max: 100 }), { development: '15', production: '15' }),
  /** Whether the customer tells the rider a code at the door. */
  DELIVERY_CODE: setting(onOff, { development: 'off', production: 'off' }),
});
export type RestaurantConfig = z.infer<typeof restaurantSettings>;
