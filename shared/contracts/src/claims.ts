import * as z from 'zod';
import { line } from './text.ts';

/** Who a person is to us: the `sub` of the token. */
export const userId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/)
  .brand<'UserId'>();
export type UserId = z.infer<typeof userId>;

export const role = z.enum(['customer', 'restaurant', 'rider', 'admin']);
export type Role = z.infer<typeof role>;

export const serviceName = z.enum(['restaurant', 'rider', 'realtime', 'utils']);
export type ServiceName = z.infer<typeof serviceName>;

/** Claims of a person's token, header `{alg, typ:'at+jwt'}`; times in seconds since 1970. */
export const userClaims = z.object({
  sub: userId,
  role,
  name: line({ max: 120 }).optional(),
  iss: z.literal('tiffin'),
  aud: z.literal('tiffin'),
  iat: z.int(),
  exp: z.int(),
  jti: z.string().max(128).optional(),
});
export type UserClaims = z.infer<typeof userClaims>;

/** Claims of a token one service shows another; lives at most 60 s. */
export const serviceClaims = z.object({
  sub: serviceName,
  role: z.literal('service'),
  iss: serviceName,
  aud: z.literal('tiffin-internal'),
  iat: z.int(),
  exp: z.int(),
  jti: z.string().max(128).optional(),
});
export type ServiceClaims = z.infer<typeof serviceClaims>;
