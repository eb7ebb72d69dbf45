import { type ParsedEvent, parseEnvelope, parseEvent } from '@tiffin/contracts/event-catalogue';
import { type QueueDefinition, typesBoundBy } from '@tiffin/contracts/queues';
import type { Correction } from '@tiffin/platform/messaging/dead-letters';

/** It keeps events of every type and version, also those to come. */
const KEEPS_EVERY_EVENT = 'utils.event-log';

export type Accepted =
  | { readonly ok: true; readonly correction: Correction }
  | { readonly ok: false; readonly error: string };

/**
 * Reads a corrected body as the reader of its queue will: a full event or a bare `{type, data, timestamp}`, of a type that queue gets. What
 * is sent is the body as it was given.
 */
export const acceptsBody = (queues: readonly QueueDefinition[]) => {
  const typesOf = new Map(queues.map(({ name, bindings }) => [name, new Set<string>(typesBoundBy(bindings))]));

  return (queue: string, json: unknown): Accepted => {
    const read: ParsedEvent | ReturnType<typeof parseEnvelope> =
      queue === KEEPS_EVERY_EVENT ? parseEnvelope(json, () => 'bare') : parseEvent(json, () => 'bare');
    if (!read.ok) return { ok: false, error: read.error };
    const { id, type, correlationId } = read.event;
    if (queue !== KEEPS_EVERY_EVENT && !typesOf.get(queue)?.has(type)) {
      return { ok: false, error: `${queue} takes no ${type}` };
    }
    const body = Buffer.from(JSON.stringify(json));
    const names = read.event.source === 'bare' ? {} : { messageId: id, correlationId };
    return { ok: true, correction: { body, type, ...names } };
  };
};
