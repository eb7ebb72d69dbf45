import { orderId } from '@tiffin/contracts/ids';
import { ledgerQuery, ledgerReply, orderLedger, settlement, settlementQuery } from '@tiffin/contracts/ledger-api';
import type { Cursors } from '@tiffin/platform/http/pagination';
import { ok, okText, problem } from '@tiffin/platform/http/reply';
import { route } from '@tiffin/platform/http/route';
import * as z from 'zod';
import type { listTransactions } from './list-transactions.ts';
import type { settleDay } from './settle-day.ts';
import { settlementCsv } from './settlement-csv.ts';
import type { showOrderLedger } from './show-order-ledger.ts';

const CSV = 'text/csv';
const byOrder = z.strictObject({ orderId });
const position = z.strictObject({ at: z.string(), seq: z.int(), eventId: z.string() });

export type LedgerDoors = {
  readonly listTransactions: ReturnType<typeof listTransactions>;
  readonly showOrderLedger: ReturnType<typeof showOrderLedger>;
  readonly settleDay: ReturnType<typeof settleDay>;
  readonly cursors: Cursors;
};

export const ledgerRoutes = ({ listTransactions, showOrderLedger, settleDay, cursors }: LedgerDoors) => [
  route({
    method: 'get',
    path: '/admin/ledger',
    summary: 'The double entries of a time, oldest first; `from` is inside, `to` is not.',
    who: ['admin'],
    query: ledgerQuery,
    replies: { 200: ledgerReply },
    handle: async ({ query: { limit, cursor, ...filter } }) => {
      const found = cursor === undefined ? undefined : cursors.decode(cursor, position);
      if (cursor !== undefined && !found) return problem('invalid_request', 'The cursor is not one of ours.');
      const after = found && { timestamp: found.at, seq: found.seq, id: found.eventId };
      const { items, next } = await listTransactions(filter, after, limit);
      return ok({
        items,
        nextCursor: next ? cursors.encode({ at: next.timestamp, seq: next.seq, eventId: next.id }) : null,
      });
    },
  }),
  route({
    method: 'get',
    path: '/admin/ledger/orders/:orderId',
    summary: 'All that the money of one order did, what it comes to, and whether the payment says the same.',
    who: ['admin'],
    params: byOrder,
    replies: { 200: orderLedger },
    problems: ['not_found'],
    handle: async ({ params }) => {
      const shown = await showOrderLedger(params.orderId);
      return shown ? ok(shown) : problem('not_found', 'There is no such order.');
    },
  }),
  route({
    method: 'get',
    path: '/admin/ledger/settlement',
    summary:
      'What each restaurant and each rider is owed for a day in India, midnight to midnight there; CSV, or JSON with format=json.',
    who: ['admin'],
    query: settlementQuery,
    replies: { 200: settlement },
    texts: [CSV],
    handle: async ({ query: { date, kind, format } }) => {
      const settled = await settleDay(date, kind);
      if (format === 'json') return ok(settled);
      const file = `settlement-${date}${kind === undefined ? '' : `-${kind}`}.csv`;
      return okText(CSV, settlementCsv(settled), { 'Content-Disposition': `attachment; filename="${file}"` });
    },
  }),
];
