import * as z from 'zod';
import { instant } from './time.ts';

/** The aggregates that have a stream, as they stand in routing keys. */
export const aggregate = z.enum(['order', 'payment', 'delivery', 'rider', 'restaurant']);
export type Aggregate = z.infer<typeof aggregate>;

// Ids travel as properties of an AMQP message too, which hold 255 bytes.
const plainId = z.string().regex(/^[\x20-\x7e]{1,128}$/, 'must be 1 to 128 plain characters');

/** What travels on the bus: a fact, who it is about (`subject`), its place in that stream (`seq`), and why it happened. */
export const envelope = z.object({
  id: plainId,
  type: z.string().regex(/^[A-Z][A-Z_]{2,63}$/),
  version: z.int().min(1),
  timestamp: instant,
  data: z.record(z.string(), z.unknown()),
  subject: plainId,
  /** Absent only on a bare message, which belongs to no stream. */
  seq: z.int().min(1).optional(),
  source: z.string().max(64),
  correlationId: plainId,
  causationId: plainId.nullable(),
});
export type Envelope = z.infer<typeof envelope>;

/** An event as its stream keeps it and `GET …/events` shows it. */
export const storedEvent = z.object({
  id: z.string(),
  seq: z.int().min(1),
  type: z.string(),
  version: z.int().min(1),
  timestamp: instant,
  data: z.record(z.string(), z.unknown()),
  source: z.string(),
});
export type StoredEvent = z.infer<typeof storedEvent>;
