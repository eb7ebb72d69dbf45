import { createHash } from 'node:crypto';
import type { Envelope } from '@tiffin/contracts/envelope';
import { findUnsafeJson } from '../http/unsafe-json.ts';
import type { ConsumerSpec, Parse, ParseResult } from './consume.ts';
import type { Outcome } from './outcome.ts';

/** Reads an event from JSON, as a catalogue of events does it; `idOfBody` names a message that has no id. */
export type ParseEvent<Event extends Envelope> = (json: unknown, idOfBody: () => string) => ParseResult<Event>;

/** The bytes of a body as an event. Identical bytes without an id are one event (rule C5): the id is their hash. */
export const eventReader =
  <Event extends Envelope>(parseEvent: ParseEvent<Event>) =>
  (body: Buffer): ParseResult<Event> => {
    let json: unknown;
    try {
      json = JSON.parse(body.toString('utf8'));
    } catch {
      return { ok: false, reason: 'not-json', error: 'the body is not JSON' };
    }
    const unsafe = findUnsafeJson(json);
    if (unsafe) return { ok: false, reason: 'schema', error: `${unsafe.pointer || 'the body'} ${unsafe.detail}` };
    return parseEvent(json, () => createHash('sha256').update(body).digest('hex'));
  };

/**
 * Reads a queue with one handler for each type of event that may arrive there. Any other type is a dead letter: somebody sent it to the
 * wrong queue, and only a person can say what was meant.
 */
export const eventConsumer = <Event extends Envelope>(parseEvent: ParseEvent<Event>) => {
  const read = eventReader(parseEvent);
  return <Type extends Event['type']>(
    queue: string,
    handlers: { readonly [T in Type]: (event: Extract<Event, { type: T }>, traceparent?: string) => Promise<Outcome> },
    options: { prefetch?: number } = {},
  ): ConsumerSpec<Event> => {
    const table = new Map<string, (event: Event, traceparent?: string) => Promise<Outcome>>(Object.entries(handlers));
    const parse: Parse<Event> = (body) => {
      const parsed = read(body);
      if (parsed.ok && !table.has(parsed.event.type)) {
        return { ok: false, reason: 'unknown-type', error: `${queue} takes no ${parsed.event.type}` };
      }
      return parsed;
    };
    return {
      queue,
      ...options,
      parse,
      handle: async ({ event, traceparent }) => {
        const handler = table.get(event.type);
        if (!handler) throw new Error(`no handler for ${event.type}`);
        return handler(event, traceparent);
      },
    };
  };
};
