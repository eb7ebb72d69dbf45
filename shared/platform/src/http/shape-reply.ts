import type * as z from 'zod';
import type { Reply, Success } from './reply.ts';
import type { Route } from './route.ts';

const shape = (reply: Success, route: Route, schema: z.ZodType | null | undefined): Success => {
  const name = `${route.method.toUpperCase()} ${route.path}`;
  if (reply.mediaType !== undefined) {
    if (route.texts.includes(reply.mediaType) && typeof reply.body === 'string') return reply;
    throw new Error(`${name} answered ${reply.mediaType}, which it does not document`);
  }
  if (schema === undefined) throw new Error(`${name} answered ${reply.status}, which it does not document`);
  if (schema === null) {
    if (reply.body !== undefined) throw new Error(`${name} answered ${reply.status} with a body it does not document`);
    return reply;
  }
  const parsed = schema.safeParse(reply.body);
  if (parsed.success) return { ...reply, body: parsed.data };
  const where = parsed.error.issues.map(({ path, message }) => `/${path.join('/')} ${message}`).slice(0, 5);
  throw new Error(`${name} answered ${reply.status} with a body unlike its schema: ${where.join('; ')}`);
};

/**
 * The reply as its route documents it: fields the schema does not name are left out, so what a store holds cannot leak by
 * being added to a document. A status or body the route does not document is a fault.
 */
export const shapeReply = (route: Route, reply: Reply): Reply =>
  reply.kind === 'problem' ? reply : shape(reply, route, route.replies[reply.status]);
