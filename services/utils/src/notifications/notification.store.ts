import type { Notification } from './notification.ts';

export type NotificationStore = {
  /** Keeps it once; false when it was kept before. */
  keep(notification: Notification): Promise<boolean>;
};
