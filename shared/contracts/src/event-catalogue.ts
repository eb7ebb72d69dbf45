import type * as z from 'zod';
import { deliveryEvents } from './delivery-events.ts';
import { type Aggregate, type Envelope, envelope } from './envelope.ts';
import { orderEvents } from './order-events.ts';
import { paymentEvents } from './payment-events.ts';
import { restaurantEvents } from './restaurant-events.ts';
import { riderEvents } from './rider-events.ts';

/** Every event that exists: its aggregate (the first word of its routing key) and its schema by version. */
export const EVENTS = {
  ...orderEvents,
  ...paymentEvents,
  ...deliveryEvents,
  ...riderEvents,
  ...restaurantEvents,
} as const satisfies Record<string, EventDefinition>;

type EventDefinition = {
  readonly aggregate: Aggregate;
  readonly versions: { readonly [version: number]: z.ZodType };
  readonly upcasts?: object;
};

export type EventType = keyof typeof EVENTS;

/** The newest version of a type: what handlers are written for. */
type LatestVersion<T extends EventType> = 2 extends keyof (typeof EVENTS)[T]['versions'] ? 2 : 1;
type VersionsOf<T extends EventType> = (typeof EVENTS)[T]['versions'];
export type EventData<T extends EventType> = z.infer<VersionsOf<T>[LatestVersion<T> & keyof VersionsOf<T>] & z.ZodType>;

/** An event of one type, upcast to its newest version. */
export type EventOf<T extends EventType> = {
  [K in T]: Omit<Envelope, 'type' | 'data'> & { type: K; data: EventData<K> };
}[T];

export const isEventType = (type: string): type is EventType => Object.hasOwn(EVENTS, type);

export const latestVersion = (type: EventType): number => Math.max(...Object.keys(EVENTS[type].versions).map(Number));

export const routingKey = (type: EventType): string => `${EVENTS[type].aggregate}.${type}`;

export type ParsedEvent =
  | { ok: true; event: EventOf<EventType> }
  | { ok: false; reason: 'schema' | 'unknown-type' | 'newer-version'; error: string };

/**
 * Reads an event from JSON that came over the bus: a full envelope, or a bare `{type, data, timestamp}` (version 1, subject `data.orderId`,
 * id from `idOfBody`, so that identical bytes are one event). Older versions are upcast to the newest; unknown fields pass and are dropped.
 */
export const parseEvent = (json: unknown, idOfBody: () => string): ParsedEvent => {
  const read = parseEnvelope(json, idOfBody);
  if (!read.ok) return read;
  const found = read.event;
  if (!isEventType(found.type)) return { ok: false, reason: 'unknown-type', error: `no event is called ${found.type}` };

  const definition: EventDefinition = EVENTS[found.type];
  const schema = definition.versions[found.version];
  if (!schema) {
    const newest = latestVersion(found.type);
    return {
      ok: false,
      reason: 'newer-version',
      error: `${found.type} version ${found.version}; this program knows up to ${newest}`,
    };
  }
  const data = schema.safeParse(found.data);
  if (!data.success) return { ok: false, reason: 'schema', error: describe(data.error, 'data') };
  const version = latestVersion(found.type);
  if (version === found.version) return { ok: true, event: asEvent({ ...found, data: data.data }) };
  // What an older version allowed may be more than the newest does.
  const newest = definition.versions[version]?.safeParse(upcast(definition, found.version, data.data));
  if (!newest?.success) return { ok: false, reason: 'schema', error: newest ? describe(newest.error, 'data') : 'data' };
  return { ok: true, event: asEvent({ ...found, data: newest.data, version }) };
};

/** Reads what an event says of itself and leaves its data as it came: for who keeps every event, also of types and versions to come. */
export const parseEnvelope = (
  json: unknown,
  idOfBody: () => string,
): { ok: true; event: Envelope } | { ok: false; reason: 'schema'; error: string } => {
  const read = envelope.safeParse(completeEnvelope(json, idOfBody));
  return read.success ? { ok: true, event: read.data } : { ok: false, reason: 'schema', error: describe(read.error) };
};

const completeEnvelope = (json: unknown, idOfBody: () => string): unknown => {
  if (typeof json !== 'object' || json === null || 'id' in json || !('type' in json && 'data' in json)) return json;
  const { type, data } = json;
  const id = idOfBody();
  const at = 'timestamp' in json ? toInstant(json.timestamp) : new Date(0).toISOString();
  return {
    id,
    type,
    version: 'version' in json ? json.version : 1,
    timestamp: at,
    data,
    subject: typeof data === 'object' && data !== null && 'orderId' in data ? data.orderId : id,
    source: 'bare',
    correlationId: id,
    causationId: null,
  };
};

// Senders of bare messages write `new Date().toISOString()`, seconds only, or milliseconds since 1970.
const toInstant = (timestamp: unknown): unknown => {
  if (typeof timestamp !== 'string' && typeof timestamp !== 'number') return timestamp;
  const at = new Date(timestamp);
  return Number.isNaN(at.getTime()) ? timestamp : at.toISOString();
};

const upcast = (definition: EventDefinition, version: number, data: unknown): unknown => {
  const step: unknown = definition.upcasts && Reflect.get(definition.upcasts, version);
  return typeof step === 'function' ? step(data) : data;
};

// The one place where data that a schema has just read gets the type of that schema.
const asEvent = (event: Envelope | (Omit<Envelope, 'data'> & { data: unknown })): EventOf<EventType> =>
  event as EventOf<EventType>;

const describe = (error: z.ZodError, under = ''): string =>
  error.issues
    .slice(0, 5)
    .map((issue) => `${[under, ...issue.path.map(String)].filter(Boolean).join('.') || 'body'}: ${issue.message}`)
    .join('; ');
