import type { Commit } from '../commit.ts';
import type { Endpoint } from '../http/endpoint.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { done, refused, unknownIdentifier } from '../refusal.ts';
import { capturePayment } from './capture-payment.ts';

export const paymentEndpoints = ({ ledger, commit }: { ledger: Ledger; commit: Commit }): Endpoint[] => {
  const capture = capturePayment({ ledger, commit });
  return [
    {
      method: 'get',
      path: '/v1/payments/:id',
      handle: ({ id }) => {
        const payment = ledger.findPayment(id);
        return payment === undefined ? refused(unknownIdentifier()) : done(payment);
      },
    },
    { method: 'post', path: '/v1/payments/:id/capture', handle: ({ id, body }) => capture(id, body) },
  ];
};
