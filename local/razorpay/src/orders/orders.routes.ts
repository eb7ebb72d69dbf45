import type { Commit } from '../commit.ts';
import type { Order, Payment } from '../entities.ts';
import { collection, type Endpoint } from '../http/endpoint.ts';
import type { Ledger, OrderListing } from '../ledger/ledger.ts';
import { done, invalidInput, type Outcome, refused, unknownIdentifier } from '../refusal.ts';
import { readListing } from '../request-listing.ts';
import { createOrder } from './create-order.ts';
import { readOrderChange } from './order-request.ts';

export const orderEndpoints = ({
  ledger,
  commit,
  now,
}: {
  ledger: Ledger;
  commit: Commit;
  now: () => number;
}): Endpoint[] => {
  const create = createOrder({ ledger, commit, now });
  const find = (id: string): Outcome<Order> => {
    const order = ledger.findOrder(id);
    return order === undefined ? refused(unknownIdentifier()) : done(order);
  };

  return [
    { method: 'post', path: '/v1/orders', handle: ({ body }) => create(body) },
    {
      method: 'get',
      path: '/v1/orders',
      handle: ({ query }) => {
        const listing = readOrderListing(query);
        return listing.kind === 'refused' ? listing : done(collection<Order>(ledger.listOrders(listing.value)));
      },
    },
    { method: 'get', path: '/v1/orders/:id', handle: ({ id }) => find(id) },
    {
      method: 'patch',
      path: '/v1/orders/:id',
      handle: ({ id, body }) => {
        const order = find(id);
        if (order.kind === 'refused') return order;
        const notes = readOrderChange(body);
        if (notes.kind === 'refused') return notes;
        const changed = { ...order.value, notes: notes.value };
        commit(() => ledger.saveOrder(changed));
        return done(changed);
      },
    },
    {
      method: 'get',
      path: '/v1/orders/:id/payments',
      handle: ({ id }) => {
        const order = find(id);
        return order.kind === 'refused' ? order : done(collection<Payment>(ledger.paymentsOf(id)));
      },
    },
  ];
};

const readOrderListing = (query: Readonly<Record<string, unknown>>): Outcome<OrderListing> => {
  const listing = readListing(query, ['receipt']);
  if (listing.kind === 'refused') return listing;
  const { receipt } = query;
  if (receipt !== undefined && typeof receipt !== 'string') {
    return refused(invalidInput('The receipt must be a string.', 'receipt'));
  }
  return done({ ...listing.value, receipt });
};
