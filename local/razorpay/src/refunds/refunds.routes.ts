import type { Refund } from '../entities.ts';
import { collection, type Endpoint } from '../http/endpoint.ts';
import { done, refused, unknownIdentifier } from '../refusal.ts';
import { pageOf, readListing } from '../request-listing.ts';
import { createKeysInFlight, REFUND_KEY_HEADER, readRefundKey } from './refund-key.ts';
import type { RefundDependencies, refundPayment } from './refund-payment.ts';

export const refundEndpoints = ({
  ledger,
  refund,
}: Pick<RefundDependencies, 'ledger'> & { refund: ReturnType<typeof refundPayment> }): Endpoint[] => {
  const keysInFlight = createKeysInFlight();

  return [
    {
      method: 'post',
      path: '/v1/payments/:id/refund',
      claim: ({ header }) => {
        const key = readRefundKey(header(REFUND_KEY_HEADER));
        if (key.kind === 'refused') return key;
        return key.value === undefined ? done(() => undefined) : keysInFlight.claim(key.value);
      },
      handle: ({ id, header, body }) => refund(id, header(REFUND_KEY_HEADER), body),
    },
    {
      method: 'get',
      path: '/v1/payments/:id/refunds',
      handle: ({ id, query }) => {
        if (ledger.findPayment(id) === undefined) return refused(unknownIdentifier());
        const listing = readListing(query);
        if (listing.kind === 'refused') return listing;
        return done(collection<Refund>(pageOf(ledger.refundsOf(id), listing.value)));
      },
    },
    {
      method: 'get',
      path: '/v1/refunds/:id',
      handle: ({ id }) => {
        const found = ledger.findRefund(id);
        return found === undefined ? refused(unknownIdentifier()) : done(found);
      },
    },
  ];
};
