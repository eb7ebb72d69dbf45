import { commonSettings } from '@tiffin/platform/config/common-settings';
import { setting } from '@tiffin/platform/config/setting';
import { count, days, metres, metresList, onOff, seconds } from '@tiffin/platform/config/settings';
import * as z from 'zod';

const { NODE_ENV, PORT, LOG_LEVEL, MONGODB_URL, RABBITMQ_URL, JWT_SECRET, JWT_PUBLIC_KEY, SERVICE_TOKEN_SECRET } =
  commonSettings;
const { TOPOLOGY, RATE_LIMIT_RPS, ALLOWED_ORIGINS, PAYMENT_QUEUE, ORDER_READY_QUEUE, RESTAURANT_URL } = commonSettings;

/** The environment of the rider service. */
export const riderSettings = z.object({
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
  RESTAURANT_URL,
  /** How long a rider has to answer an offer. */
  OFFER_TTL_S: setting(seconds(), { development: '12', production: '12' }),
  /** How many riders are asked at once after the first offer has expired. */
  OFFER_WAVE_SIZE: setting(count({ min: 1, max: 1_000 }), { development: '3', production: '3' }),
  /** A rider whose position is older gets no offer. */
  POSITION_FRESH_S: setting(seconds(), { development: '30', production: '30' }),
  /** How far from the pickup riders are looked for, step by step. */
  SEARCH_RADII_M: setting(metresList, { development: '1000,2000,3500,5000', production: '1000,2000,3500,5000' }),
  /** How long after ready a rider is looked for before the order is given up. */
  SEARCH_LIMIT_S: setting(seconds(), { development: '1200', production: '1200' }),
  /** A rider this near his drop-off, which is this near a new pickup, is waited for so long before a search looks wider. */
  FINISHING_WITHIN_M: setting(metres(), { development: '300', production: '300' }),
  FINISHING_NEAR_M: setting(metres(), { development: '500', production: '500' }),
  FINISHING_WAIT_S: setting(seconds({ min: 0 }), { development: '30', production: '30' }),
  /** A rider on a job of whom no position has come for so long is marked as silent. */
  RIDER_SILENT_S: setting(seconds(), { development: '60', production: '60' }),
  /** After so long he is replaced before the pick-up; after it a person is told. */
  RIDER_REPLACED_S: setting(seconds(), { development: '180', production: '180' }),
  /** Metres farther away a rider counts for each second of his position's age. */
  SCORE_AGE_M_PER_S: setting(count({ min: 0, max: 10_000 }), { development: '10', production: '10' }),
  /** Metres nearer he counts for each minute since his last delivery. */
  SCORE_IDLE_M_PER_MIN: setting(count({ min: 0, max: 10_000 }), { development: '30', production: '30' }),
  /** Seconds after which longer idleness counts no more. */
  SCORE_IDLE_LIMIT_S: setting(seconds({ min: 0 }), { development: '1800', production: '1800' }),
  /** Metres farther away a rider counts who refuses every offer; a part of it for a part of them. */
  SCORE_REFUSAL_M: setting(metres({ min: 0 }), { development: '500', production: '500' }),
  /** Metres farther away a rider counts who is deciding about another offer. */
  SCORE_THINKING_M: setting(metres({ min: 0 }), { development: '1500', production: '1500' }),
  /** How long it is kept where the rider of a delivery went. */
  TRAIL_KEPT_DAYS: setting(days(), { development: '90', production: '90' }),
  /** Whether the customer tells the rider a code at the door. */
  DELIVERY_CODE: setting(onOff, { development: 'off', production: 'off' }),
});
export type RiderConfig = z.infer<typeof riderSettings>;
