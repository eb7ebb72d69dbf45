import type { Notification } from './notification.ts';

export type NotificationStore = {
  /** Keeps each once, whatever is sent again. */
  keep(notifications: readonly Notification[]): Promise<void>;
};
