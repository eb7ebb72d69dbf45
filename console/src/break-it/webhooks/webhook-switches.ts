import * as z from 'zod';
import type { Answer, Doors } from '../../doors/doors.ts';

/** How the fake gateway misbehaves now; `duplicate` is how many further copies of each webhook it sends. */
const switches = z.object({ deliver: z.boolean(), duplicate: z.int() });
export type WebhookSwitches = z.infer<typeof switches>;

/** Changes what is named and answers with all of it. Naming nothing only asks: the gateway's whole state would be megabytes. */
export const setWebhooks = (doors: Doors, change: Partial<WebhookSwitches>): Promise<Answer<WebhookSwitches>> =>
  doors.ask({ part: 'razorpay', path: '/_control/webhooks', method: 'POST', body: change }, switches);

const gatewayState = z.object({
  orders: z.array(z.object({ status: z.string(), receipt: z.string().nullable() })),
  webhooks: z.object({ counts: z.object({ delivered: z.int(), dropped: z.int() }) }),
});

export type Gateway = {
  readonly delivered: number;
  readonly dropped: number;
  /** Our orders it has the money of. */
  readonly paid: ReadonlySet<string>;
};

export const readGateway = async (doors: Doors): Promise<Answer<Gateway>> => {
  const answer = await doors.ask({ part: 'razorpay', path: '/_control/state' }, gatewayState);
  if (answer.kind !== 'answered') return answer;
  const { orders, webhooks } = answer.body;
  const paid = orders.flatMap(({ status, receipt }) => (status === 'paid' && receipt !== null ? [receipt] : []));
  return { ...answer, body: { ...webhooks.counts, paid: new Set(paid) } };
};
