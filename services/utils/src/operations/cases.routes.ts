import { caseReply, casesReply, closeCase } from '@tiffin/contracts/cases-api';
import { pageQuery } from '@tiffin/contracts/page';
import type { Cursors } from '@tiffin/platform/http/pagination';
import { ok, problem } from '@tiffin/platform/http/reply';
import { route } from '@tiffin/platform/http/route';
import * as z from 'zod';
import type { CaseStore } from './case.store.ts';
import { type Case, nextStepOf } from './case.ts';

const query = pageQuery.extend({ state: z.enum(['open', 'closed']).optional() });
const position = z.strictObject({ openedAt: z.string(), id: z.string() });
const byId = z.strictObject({ id: z.string().min(1).max(200) });

const view = ({ openedAt, closed, ...rest }: Case) => ({
  ...rest,
  openedAt: openedAt.toISOString(),
  nextStep: nextStepOf(rest),
  ...(closed ? { closed: { ...closed, at: closed.at.toISOString() } } : {}),
});

export const caseRoutes = ({ cases, cursors }: { cases: CaseStore; cursors: Cursors }) => [
  route({
    method: 'get',
    path: '/admin/cases',
    summary: 'Everything that waits, or waited, for a person, with what is known and what to do; newest first.',
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
    body: closeCase,
    replies: { 200: caseReply },
    problems: ['not_found'],
    handle: async ({ params, body, principal }) => {
      const closed = await cases.close(params.id, principal.userId, body.note);
      return closed ? ok({ case: view(closed) }) : problem('not_found', 'There is no such case.');
    },
  }),
];
