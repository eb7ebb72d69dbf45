import type { Envelope } from '@tiffin/contracts/envelope';
import * as z from 'zod';

const STARTS = 'RIDER_ASSIGNED';
const ENDS: ReadonlySet<string> = new Set([
  'RIDER_UNASSIGNED',
  'DELIVERY_COMPLETED',
  'DELIVERY_CANCELLED',
  'DELIVERY_ESCALATED',
]);

const data = z.object({ orderId: z.string(), delivery: z.object({ riderId: z.string().optional() }) });

type Turn = { readonly seq: number; readonly type: string; readonly riderId: string | undefined; readonly at: number };
type Job = { readonly riderId: string; readonly from: number; readonly to: number };

const KEPT_MS = 2 * 60 * 60_000;

/**
 * Who had which order when, from the events of the deliveries alone. An order with two riders at one time, or a rider with two orders at
 * one time, is what must never be.
 */
export const createAssignments = () => {
  const turns = new Map<string, Turn[]>();
  const jobs = new Map<string, readonly Job[]>();
  const twice = new Set<string>();

  /** The jobs of one order in the order of its stream, and whether two of them were open at once. */
  const jobsOf = (order: readonly Turn[]): { jobs: Job[]; overlaps: boolean } => {
    const made: Job[] = [];
    let open: { riderId: string; from: number } | undefined;
    let overlaps = false;
    for (const { type, riderId, at } of order.toSorted((one, other) => one.seq - other.seq)) {
      if (type === STARTS && riderId !== undefined) {
        if (open) overlaps = true;
        open = { riderId, from: at };
      } else if (open && ENDS.has(type)) {
        made.push({ ...open, to: at });
        open = undefined;
      }
    }
    if (open) made.push({ ...open, to: Number.POSITIVE_INFINITY });
    return { jobs: made, overlaps };
  };

  return {
    hear: (event: Envelope): void => {
      if (event.type !== STARTS && !ENDS.has(event.type)) return;
      const read = data.safeParse(event.data);
      if (!read.success || event.seq === undefined) return;
      const { orderId, delivery } = read.data;
      const known = turns.get(orderId) ?? [];
      known.push({ seq: event.seq, type: event.type, riderId: delivery.riderId, at: Date.parse(event.timestamp) });
      turns.set(orderId, known);
      const { jobs: made, overlaps } = jobsOf(known);
      jobs.set(orderId, made);
      if (overlaps) twice.add(`order ${orderId}`);
      else twice.delete(`order ${orderId}`);
    },
    /** Orders with two riders and riders with two orders at one time. */
    doubles: (nowMs: number): number => {
      const byRider = new Map<string, Job[]>();
      for (const [orderId, made] of jobs) {
        if (made.every(({ to }) => to < nowMs - KEPT_MS)) {
          jobs.delete(orderId);
          turns.delete(orderId);
          continue;
        }
        for (const job of made) byRider.set(job.riderId, [...(byRider.get(job.riderId) ?? []), job]);
      }
      let riders = 0;
      for (const list of byRider.values()) {
        const sorted = list.toSorted((one, other) => one.from - other.from || one.to - other.to);
        if (sorted.some((job, index) => index > 0 && job.from < (sorted[index - 1]?.to ?? 0))) riders += 1;
      }
      return twice.size + riders;
    },
  };
};
