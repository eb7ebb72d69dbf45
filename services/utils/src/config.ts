import { commonSettings } from '@tiffin/platform/config/common-settings';
import { setting } from '@tiffin/platform/config/setting';
import { foreignSecret, httpUrl, seconds, secretList } from '@tiffin/platform/config/settings';
import * as z from 'zod';

const { NODE_ENV, PORT, LOG_LEVEL, MONGODB_URL, RABBITMQ_URL, JWT_SECRET, JWT_PUBLIC_KEY, SERVICE_TOKEN_SECRET } =
  commonSettings;
const { TOPOLOGY, RATE_LIMIT_RPS, ALLOWED_ORIGINS, PAYMENT_QUEUE, ORDER_READY_QUEUE, RESTAURANT_URL } = commonSettings;

/** The environment of the utils service. */
export const utilsSettings = z.object({
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
  /** Where orders are asked for their bills. */
  RESTAURANT_URL,
  RAZORPAY_API_URL: setting(httpUrl, { production: 'https://api.razorpay.com', development: 'http://127.0.0.1:4010' }),
  RAZORPAY_KEY_ID: setting(z.string().regex(/^rzp_[A-Za-z0-9_]{4,64}$/, 'must be a key id such as rzp_live_…'), {
    expected: 'the key id the dashboard shows, rzp_…',
  }),
  RAZORPAY_KEY_SECRET: foreignSecret,
  /** What webhooks are signed with, newest first: during a rotation retries still carry the old one. */
  RAZORPAY_WEBHOOK_SECRETS: secretList,
  /** Whose webhooks are taken; unset: any account's. */
  RAZORPAY_ACCOUNT_ID: setting(z.string().regex(/^acc_[A-Za-z0-9]{4,32}$/, 'must be acc_…'), {
    expected: 'the account id the dashboard shows, acc_…',
  }).optional(),
  /** How long an order can be paid that does not say so itself. */
  PAYMENT_WINDOW_S: setting(seconds(), { development: '900', production: '900' }),
  /** When an open payment is first looked after, and how often while its order can be paid. */
  RECONCILE_AFTER_S: setting(seconds(), { development: '60', production: '60' }),
});
export type UtilsConfig = z.infer<typeof utilsSettings>;
