import * as z from 'zod';
import type { Answer, Doors } from '../doors/doors.ts';

/** `GET /_stack`: the children, and what of this stack can be broken. */
const stackStatus = z.object({
  children: z.record(z.string(), z.object({ state: z.string(), pid: z.number().nullable() })),
});
export type StackStatus = z.infer<typeof stackStatus>;

export const readStack = (doors: Doors): Promise<Answer<StackStatus>> =>
  doors.ask({ part: 'supervisor', path: '/_stack' }, stackStatus);
