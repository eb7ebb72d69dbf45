import { orderList } from '@tiffin/contracts/order-api';
import { SECOND } from '@tiffin/platform/clock';
import type { Logger } from '@tiffin/platform/observability/logger';
import type { WaitingOrders } from './waiting-orders.ts';

const TIMEOUT_MS = 2 * SECOND;

/** `GET /api/v1/orders` at the restaurant service, under the owner's own token. */
export const createWaitingOrders =
  ({ restaurantUrl, logger }: { restaurantUrl: string; logger: Logger }): WaitingOrders =>
  async (token, restaurantId) => {
    try {
      const query = new URLSearchParams({ restaurantId, status: 'placed', limit: '100' });
      const response = await fetch(`${restaurantUrl}/api/v1/orders?${query}`, {
        headers: { Authorization: `Bearer ${token}`, Accept: 'application/json' },
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const body: unknown = await response.json();
      if (response.ok) return orderList.parse(body).items.map(({ _id }) => _id);
      logger.warn({ status: response.status, restaurantId }, 'the waiting orders of a restaurant were refused');
    } catch (error) {
      logger.warn({ err: error, restaurantId }, 'the waiting orders of a restaurant could not be asked for');
    }
    return undefined;
  };
