import { orderForWatchers } from '@tiffin/contracts/order-api';
import type { ServiceClient } from '@tiffin/platform/http/service-client';
import type { Logger } from '@tiffin/platform/observability/logger';
import type { OrderHistory } from './order-history.ts';

const NOT_FOUND = 404;

/** Asks the restaurant service, the owner of orders. */
export const createOrderHistory =
  ({ restaurant, logger }: { restaurant: ServiceClient; logger: Logger }): OrderHistory =>
  async (orderId, after) => {
    try {
      const reply = await restaurant.get(`/api/v1/internal/orders/${orderId}?after=${after}`, orderForWatchers);
      if (reply.ok) return { kind: 'found', history: reply.body };
      if (reply.status === NOT_FOUND) return { kind: 'not-found' };
      logger.warn({ orderId, code: reply.code }, 'the history of an order was refused');
    } catch (error) {
      logger.warn({ err: error, orderId }, 'the history of an order could not be asked for');
    }
    return { kind: 'away' };
  };
