import { pageQuery } from '@tiffin/contracts/page';
import { casesReply } from '@tiffin/contracts/payment-api';
import { line } from '@tiffin/contracts/text';
import type { Cursors } from '@tiffin/platform/http/pagination';
import { ok, problem } from '@tiffin/platform/http/reply';
import { route } from '@tiffin/platform/http/route';
import * as z from 'zod';
import type { CaseStore } from './case.store.ts';
import type { Case } from './case.ts';

const query = pageQuery.extend({ state: z.enum(['open', 'closed']).optional() });
const position = z.strictObject({ openedAt: z.string(), id: z.string() });
const byId = z.strictObject({ id: z.string().min(1).max(200) });
const closing = z.strictObject({ note: line({ max: 500 }) });
const caseReply = z.object({ case: casesReply.shape.items.element });

const view = ({ openedAt, ...rest }: Case) => ({ ...rest, openedAt: openedAt.toISOString() });

export const caseRoutes = ({ cases, cursors }: { cases: CaseStore; cursors: Cursors }) => [
  route({
    method: 'get',
    path: '/admin/cases',
    summary: 'Everything that waits, or waited, for a person; newest first.',
    who: ['admin'],
    query,
    replies: { 200: casesReply },
    handle: async ({ query: { state, limit, cursor } }) => {
      const after = cursor === undefined ? undefined : cursors.decode(cursor, position);
      if (cursor !== undefined && !after) return problem('invalid_request', 'The cursor is not one of ours.');
      const found = await cases.list({ state }, after, limit + 1);
      const shown = found.slice(0, limit).map(view);
      const last = found.length > limit ? shown.at(-1) : undefined;
      return ok({
        items: shown,
        nextCursor: last ? cursors.encode({ openedAt: last.openedAt, id: last.id }) : null,
      });
    },
  }),
  route({
    method: 'post',
    path: '/admin/cases/:id/close',
    summary: 'A person has dealt with it, and says how.',
    who: ['admin'],
    params: byId,
    body: closing,
    replies: { 200: caseReply },
    problems: ['not_found'],
    handle: async ({ params, body, principal }) => {
      const closed = await cases.close(params.id, principal.userId, body.note);
      return closed ? ok({ case: view(closed) }) : problem('not_found', 'There is no such case.');
    },
  }),
];
