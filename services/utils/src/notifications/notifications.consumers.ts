import { parseEvent } from '@tiffin/contracts/event-catalogue';
import type { ConsumerSpec } from '@tiffin/platform/messaging/consume';
import { eventReader } from '@tiffin/platform/messaging/event-consumer';
import { done, nothingNew } from '@tiffin/platform/messaging/outcome';
import { writeTogether } from '@tiffin/platform/persistence/write-together';
import type { NotificationStore } from './notification.store.ts';
import { type Notification, notificationOf } from './notification.ts';

const PREFETCH = 50;
const GATHER_MS = 50;
const read = eventReader(parseEvent);

/**
 * What customers are told of their orders, one notification an event. Replayed events tell nobody anything. Without accounts no address is
 * known, so notifications are kept and not sent.
 */
export const notificationConsumers = ({
  notifications,
}: {
  notifications: NotificationStore;
}): readonly ConsumerSpec[] => {
  const keep = writeTogether<Notification>(notifications.keep, { most: PREFETCH, gatherMs: GATHER_MS });
  return [
    {
      queue: 'utils.notifications',
      prefetch: PREFETCH,
      parse: (body) => read(body),
      handle: async ({ event, replay }) => {
        if (replay !== undefined) return nothingNew();
        const parsed = parseEvent(event, () => event.id);
        const notification = parsed.ok ? notificationOf(parsed.event) : undefined;
        if (!notification) return nothingNew();
        await keep(notification);
        return done();
      },
    },
  ];
};
