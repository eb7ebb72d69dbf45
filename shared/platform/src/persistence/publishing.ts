import type { Logger } from 'pino';
import type { Publisher } from '../messaging/publisher.ts';
import { messageOf } from './publish-stream-event.ts';
import { createRelay, type Relay } from './relay.ts';
import type { StreamEvent } from './stored.ts';

export type Publishing = {
  readonly relay: Relay;
  publish(aggregate: string, subject: string, event: StreamEvent): Promise<void>;
};

/** How a service's aggregates reach the bus: the relay and the message of each event, under the service's name. */
export const createPublishing = ({
  publisher,
  source,
  logger,
}: {
  publisher: Pick<Publisher, 'publish' | 'accepting'>;
  source: string;
  logger: Logger;
}): Publishing => ({
  relay: createRelay({ accepting: () => publisher.accepting(), logger }),
  publish: (aggregate, subject, event) => publisher.publish(messageOf(source, aggregate, subject, event)),
});
