import * as z from 'zod';
import type { Answer, Doors } from '../doors/doors.ts';

/** `GET /_stack`: the children, what of this stack can be broken, and what is away now. */
const stackStatus = z.object({
  children: z.record(z.string(), z.object({ state: z.string(), pid: z.number().nullable() })),
  breakable: z.record(z.string(), z.object({ possible: z.boolean(), why: z.string().optional() })).default({}),
  outages: z.array(z.object({ what: z.string() })).default([]),
});
export type StackStatus = z.infer<typeof stackStatus>;

export const readStack = (doors: Doors): Promise<Answer<StackStatus>> =>
  doors.ask({ part: 'supervisor', path: '/_stack' }, stackStatus);
