import type { StreamEvent } from '@tiffin/platform/persistence/stored';
import * as z from 'zod';
import type { DeliveryEventType } from './delivery.ts';

const ENDS: ReadonlySet<string> = new Set<DeliveryEventType>([
  'DELIVERY_COMPLETED',
  'DELIVERY_CANCELLED',
  'RIDER_UNASSIGNED',
]);
const ending = z.object({ delivery: z.object({ assignment: z.int() }) });

/** When the rider of this assignment lost or finished the delivery, by its history; undefined while he has it. */
export const endOfAssignment = (history: readonly StreamEvent[], assignment: number): string | undefined =>
  history.find(({ type, data }) => ENDS.has(type) && ending.safeParse(data).data?.delivery.assignment === assignment)
    ?.timestamp;
