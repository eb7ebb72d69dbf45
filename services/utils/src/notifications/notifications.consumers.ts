import { parseEvent } from '@tiffin/contracts/event-catalogue';
import type { ConsumerSpec } from '@tiffin/platform/messaging/consume';
import { eventReader } from '@tiffin/platform/messaging/event-consumer';
import { done, nothingNew } from '@tiffin/platform/messaging/outcome';
import type { NotificationStore } from './notification.store.ts';
import { notificationOf } from './notification.ts';

const read = eventReader(parseEvent);

/**
 * What customers are told of their orders, one notification an event. Replayed events tell nobody anything. Without accounts no address is
 * known, so notifications are kept and not sent.
 */
export const notificationConsumers = ({
  notifications,
}: {
  notifications: NotificationStore;
}): readonly ConsumerSpec[] => [
  {
    queue: 'utils.notifications',
    parse: (body) => read(body),
    handle: async ({ event, replay }) => {
      if (replay !== undefined) return nothingNew();
      const parsed = parseEvent(event, () => event.id);
      const notification = parsed.ok ? notificationOf(parsed.event) : undefined;
      return notification && (await notifications.keep(notification)) ? done() : nothingNew();
    },
  },
];
