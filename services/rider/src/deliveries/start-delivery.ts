import type { EventOf } from '@tiffin/contracts/event-catalogue';
import type { Clock } from '@tiffin/platform/clock';
import { done, nothingNew, type Outcome } from '@tiffin/platform/messaging/outcome';
import { causeOf } from '@tiffin/platform/persistence/stored';
import type { AdvanceSearch } from '../dispatch/advance-search.ts';
import type { DeliveryStore } from './delivery.store.ts';
import { openDelivery, type SearchPolicy } from './delivery.ts';

/**
 * ORDER_READY_FOR_RIDER: looks for the nearest free rider and opens the delivery with his offer already in it, in one insert. A repeat, or
 * an order cancelled before, finds the delivery's id taken and changes nothing. A message older than the search limit escalates at once.
 */
export const startDelivery =
  ({
    deliveries,
    advance,
    policy,
    now,
  }: {
    deliveries: Pick<DeliveryStore, 'create'>;
    advance: AdvanceSearch;
    policy: SearchPolicy;
    now: Clock;
  }) =>
  async (event: EventOf<'ORDER_READY_FOR_RIDER'>, traceparent?: string): Promise<Outcome> => {
    const at = now();
    const opened = await advance({ state: openDelivery(event.data, at, policy), events: [] }, at);
    const result = await deliveries.create(opened, causeOf(event, traceparent));
    return result.kind === 'committed' ? done() : nothingNew();
  };
