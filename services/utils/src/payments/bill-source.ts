import type { OrderId } from '@tiffin/contracts/ids';
import { type Bill, bill } from '@tiffin/contracts/order-api';
import type { ServiceClient } from '@tiffin/platform/http/service-client';
import { ServiceUnavailable } from '@tiffin/platform/http/service-unavailable';

/** What an order costs and whose it is; undefined for an order nobody placed. Throws ServiceUnavailable when nobody can say. */
export type BillSource = (orderId: OrderId, traceparent?: string) => Promise<Bill | undefined>;

const NOT_FOUND = 404;

/** Bills as the restaurant service has them. */
export const createBillSource =
  (restaurant: ServiceClient): BillSource =>
  async (orderId, traceparent) => {
    const reply = await restaurant.get(`/api/v1/internal/orders/${orderId}/bill`, bill, { traceparent });
    if (!reply.ok && reply.status !== NOT_FOUND)
      throw new ServiceUnavailable('restaurant', `it answered ${reply.status}`);
    if (!reply.ok) return undefined;
    if (reply.body.orderId !== orderId) throw new ServiceUnavailable('restaurant', 'it sent the bill of another order');
    return reply.body;
  };
