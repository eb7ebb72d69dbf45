import type { Commit } from '../commit.ts';
import type { Order, Payment } from '../entities.ts';
import { collection, type Endpoint } from '../http/endpoint.ts';
import type { Ledger, OrderListing } from '../ledger/ledger.ts';
import { done, extraFieldSent, invalidInput, type Outcome, refused, unknownIdentifier } from '../refusal.ts';
import { unexpectedFields } from '../request-fields.ts';
import { createOrder } from './create-order.ts';
import { readOrderChange } from './order-request.ts';

const LISTING_FIELDS = new Set(['receipt', 'from', 'to', 'count', 'skip']);
const DEFAULT_COUNT = 10;
const MAX_COUNT = 100;

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
        const listing = readListing(query);
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

const readListing = (query: Readonly<Record<string, unknown>>): Outcome<OrderListing> => {
  const extra = unexpectedFields(query, LISTING_FIELDS);
  if (extra.length > 0) return refused(extraFieldSent(extra));
  const whole = (name: string, fallback: number): number => {
    const value = query[name];
    if (value === undefined) return fallback;
    return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  };
  const listing = {
    from: whole('from', 0),
    to: whole('to', Number.MAX_SAFE_INTEGER),
    count: whole('count', DEFAULT_COUNT),
    skip: whole('skip', 0),
  };
  for (const [name, value] of Object.entries(listing)) {
    if (Number.isNaN(value)) return refused(invalidInput(`The ${name} must be an integer.`, name));
  }
  if (listing.count < 1 || listing.count > MAX_COUNT) {
    return refused(invalidInput(`The count must be between 1 and ${MAX_COUNT}.`, 'count'));
  }
  const { receipt } = query;
  if (receipt !== undefined && typeof receipt !== 'string') {
    return refused(invalidInput('The receipt must be a string.', 'receipt'));
  }
  return done({ ...listing, receipt });
};
