import type { Response } from 'express';
import { z } from 'zod';
import { sendRefusal } from '../http/serve-endpoint.ts';
import { plainRefusal } from '../refusal.ts';

/** What was asked of a control, or undefined once the 400 that says what is wrong with it has been sent. */
export const parse = <T>(schema: z.ZodType<T>, given: unknown, response: Response): T | undefined => {
  const parsed = schema.safeParse(given ?? {});
  if (parsed.success) return parsed.data;
  sendRefusal(response, plainRefusal(400, z.prettifyError(parsed.error)));
  return undefined;
};
