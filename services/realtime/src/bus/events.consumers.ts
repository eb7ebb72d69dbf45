import { type EventOf, type EventType, parseEvent } from '@tiffin/contracts/event-catalogue';
import { REALTIME_BINDINGS } from '@tiffin/contracts/queues';
import type { TransientSpec } from '@tiffin/platform/messaging/consume';
import { eventReader } from '@tiffin/platform/messaging/event-consumer';

/** What this node hears, on a queue of its own. A replayed event tells nobody anything: people heard it when it happened. */
export const eventListener = ({
  node,
  hear,
  onNewLink,
}: {
  node: string;
  hear(event: EventOf<EventType>): void;
  onNewLink(): void;
}): TransientSpec<EventOf<EventType>> => ({
  queue: `realtime.${node}`,
  bindings: REALTIME_BINDINGS,
  parse: eventReader<EventOf<EventType>>(parseEvent),
  handle: async ({ event, replay }) => {
    if (replay === undefined) hear(event);
  },
  onNewLink,
});
