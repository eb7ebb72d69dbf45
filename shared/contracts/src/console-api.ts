import * as z from 'zod';
import { role, userId } from './claims.ts';
import { instant } from './time.ts';

/** `GET /console/config.json`: where a browser finds the parts. The supervisor and the fake gateway are there in development only. */
export const consoleConfig = z.object({
  environment: z.enum(['development', 'production']),
  services: z.object({ restaurant: z.string(), rider: z.string(), realtime: z.string(), utils: z.string() }),
  razorpay: z.string().optional(),
  supervisor: z.string().optional(),
});
export type ConsoleConfig = z.infer<typeof consoleConfig>;

/** `POST /_stack/sign-in {code}` of the supervisor: the code of the printed link, good for once. */
export const stackSignIn = z.object({ token: z.string(), expiresAt: instant, stackKey: z.string() });

/** `POST /_stack/tokens`: people to play, in development. */
export const stackTokens = z.object({
  items: z.array(z.object({ sub: userId, role, token: z.string(), expiresAt: instant })),
});
