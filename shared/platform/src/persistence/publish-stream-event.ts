import type { Envelope } from '@tiffin/contracts/envelope';
import type { OutgoingMessage } from '../messaging/publisher.ts';
import type { StreamEvent } from './stored.ts';

/** The message of a stream's event: the same bytes each time it is published, whoever publishes it and however often. */
export const messageOf = (source: string, aggregate: string, subject: string, event: StreamEvent): OutgoingMessage => {
  const { id, type, version, timestamp, data, seq, correlationId, causationId, traceparent } = event;
  const envelope: Envelope = { id, type, version, timestamp, data, subject, seq, source, correlationId, causationId };
  return {
    messageId: id,
    type,
    timestamp,
    correlationId,
    routingKey: `${aggregate}.${type}`,
    body: Buffer.from(JSON.stringify(envelope)),
    ...(traceparent === undefined ? {} : { headers: { traceparent } }),
  };
};
