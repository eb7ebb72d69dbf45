import { randomUUID } from 'node:crypto';
import type { Envelope } from '@tiffin/contracts/envelope';
import { routingKey } from '@tiffin/contracts/event-catalogue';
import type { RiderPosition } from '@tiffin/contracts/rider-events';
import type { Clock } from '@tiffin/platform/clock';
import type { Publisher } from '@tiffin/platform/messaging/publisher';

const TYPE = 'RIDER_LOCATIONS';
/** About 150 bytes a point: a message stays well below what a consumer reads. */
const POINTS_A_MESSAGE = 500;

/** Tells newest positions on the bus: not stored, not repeated, worthless a second later. */
export const createTellPositions =
  ({ publisher, now }: { publisher: Pick<Publisher, 'publishTransient'>; now: Clock }) =>
  (points: readonly RiderPosition[]): void => {
    for (let from = 0; from < points.length; from += POINTS_A_MESSAGE) {
      const id = randomUUID();
      const timestamp = now().toISOString();
      const envelope: Envelope = {
        id,
        type: TYPE,
        version: 1,
        timestamp,
        data: { points: points.slice(from, from + POINTS_A_MESSAGE) },
        subject: 'riders',
        source: 'rider',
        correlationId: id,
        causationId: null,
      };
      publisher.publishTransient({
        messageId: id,
        type: TYPE,
        timestamp,
        correlationId: id,
        routingKey: routingKey(TYPE),
        body: Buffer.from(JSON.stringify(envelope)),
      });
    }
  };
