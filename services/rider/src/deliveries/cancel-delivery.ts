import type { EventOf } from '@tiffin/contracts/event-catalogue';
import type { Outcome } from '@tiffin/platform/messaging/outcome';
import { outcomeOf } from '@tiffin/platform/persistence/outcome-of';
import { type Cause, causeOf } from '@tiffin/platform/persistence/stored';
import type { Background } from '../dispatch/background.ts';
import type { ConsiderRider } from '../dispatch/consider-rider.ts';
import type { Turns } from '../dispatch/turns.ts';
import type { DeliveryStore } from './delivery.store.ts';
import { neverOpened } from './delivery.ts';
import { cancel } from './trip.ts';

/**
 * ORDER_CANCELLED: ends the search or frees the assigned rider; everybody who was asked hears of it. When it overtakes the ready message it
 * leaves a cancelled delivery behind, which that message then finds. Safe to run twice.
 */
export const cancelDelivery =
  ({
    deliveries,
    turns,
    background,
    considerRider,
  }: {
    deliveries: Pick<DeliveryStore, 'create'>;
    turns: Turns;
    background: Background;
    considerRider: ConsiderRider;
  }) =>
  async (event: EventOf<'ORDER_CANCELLED'>, traceparent?: string): Promise<Outcome> => {
    const cause = causeOf(event, traceparent);
    const { orderId } = event.data;
    const turn = await cancelKnown(turns, orderId, cause);
    if (turn.kind !== 'missing') {
      const freed = turn.kind === 'committed' ? turn.stored.state.riderUserId : undefined;
      if (freed) background.run('rider freed by a cancel', () => considerRider(freed));
      return outcomeOf(turn);
    }
    const result = await deliveries.create(neverOpened(orderId), cause);
    // Opened between the look and the insert: now it is there to be cancelled.
    return outcomeOf(result.kind === 'committed' ? result : await cancelKnown(turns, orderId, cause));
  };

const cancelKnown = (turns: Turns, orderId: string, cause: Cause) =>
  turns.take(orderId, (state) => cancel(state), cause);
