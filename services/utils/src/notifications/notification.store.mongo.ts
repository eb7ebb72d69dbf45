import type { Clock } from '@tiffin/platform/clock';
import { insertOnce } from '@tiffin/platform/persistence/insert-once';
import { type Connection, Schema } from 'mongoose';
import type { NotificationStore } from './notification.store.ts';

/** Notifications in MongoDB, one an event. */
export const createMongoNotificationStore = ({
  connection,
  now,
}: {
  connection: Connection;
  now: Clock;
}): NotificationStore => {
  const schema = new Schema(
    {
      _id: { type: String, required: true },
      userId: { type: String, required: true },
      orderId: { type: String, required: true },
      type: { type: String, required: true },
      text: { type: String, required: true },
      state: { type: String, required: true },
      createdAt: { type: Date, required: true },
    },
    { collection: 'notifications', strict: 'throw', versionKey: false, autoIndex: false },
  );
  schema.index({ userId: 1, createdAt: -1 });
  const model = connection.model('notifications', schema);

  return {
    keep: (notifications) => {
      const createdAt = now();
      return insertOnce(
        model.collection,
        notifications.map(({ id, ...rest }) => ({ _id: id, ...rest, createdAt })),
      );
    },
  };
};
