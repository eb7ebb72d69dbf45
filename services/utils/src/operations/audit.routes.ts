import { auditReply } from '@tiffin/contracts/operations-api';
import { pageQuery } from '@tiffin/contracts/page';
import type { Cursors } from '@tiffin/platform/http/pagination';
import { ok, problem } from '@tiffin/platform/http/reply';
import { route } from '@tiffin/platform/http/route';
import * as z from 'zod';
import type { AuditStore } from './audit.store.ts';

const position = z.strictObject({ at: z.iso.datetime(), id: z.string() });

export const auditRoutes = ({ audit, cursors }: { audit: AuditStore; cursors: Cursors }) => [
  route({
    method: 'get',
    path: '/admin/audit',
    summary: 'Who did what to dead letters and the like; newest first.',
    who: ['admin'],
    query: pageQuery,
    replies: { 200: auditReply },
    handle: async ({ query: { limit, cursor } }) => {
      const after = cursor === undefined ? undefined : cursors.decode(cursor, position);
      if (cursor !== undefined && !after) return problem('invalid_request', 'The cursor is not one of ours.');
      const found = await audit.list(after, limit + 1);
      const shown = found.slice(0, limit);
      const last = found.length > limit ? shown.at(-1) : undefined;
      return ok({
        items: shown.map(({ at, ...entry }) => ({ ...entry, at: at.toISOString() })),
        nextCursor: last ? cursors.encode({ at: last.at.toISOString(), id: last.id }) : null,
      });
    },
  }),
];
