import * as z from 'zod';
import type { Breakable } from './breakable.ts';
import { type Answer, answered, problem } from './door-answer.ts';

const outageBody = z.strictObject({ ms: z.int().min(100).max(60_000).default(10_000) });

type Taken = 'rabbitmq' | 'store';

export type Breakages = {
  /** What can be broken here, and what is away now: part of `GET /_stack`. */
  status(): { breakable: object; outages: readonly { what: Taken; until: Date }[] };
  outage(what: Taken, body: unknown): Promise<Answer>;
  poison(body: unknown): Promise<Answer>;
  /** Gives everything back, for good. */
  end(): Promise<void>;
};

/** The ways to break what the services stand on. Each ends by itself; what cannot be done here is refused with the reason. */
export const createBreakages = ({
  rabbitmq,
  store,
  fakeRazorpay,
  poisonBody,
  sendPoison,
}: {
  rabbitmq: Breakable;
  store: Breakable;
  fakeRazorpay: boolean;
  poisonBody: z.ZodType<{ queue: string }>;
  /** Resolves with how many messages were sent. */
  sendPoison(queue: string): Promise<number>;
}): Breakages => {
  const parts: Record<Taken, Breakable> = { rabbitmq, store };
  const awayUntil = (what: Taken): Date | undefined => {
    const part = parts[what];
    return part.kind === 'possible' ? part.awayUntil() : undefined;
  };
  const isPossible = (part: Breakable) =>
    part.kind === 'possible' ? { possible: true } : { possible: false, why: part.why };
  const underWay = (what: Taken, until: Date): Answer =>
    problem('outage_under_way', `${what} is away already, until ${until.toISOString()}`);

  return {
    status: () => ({
      breakable: {
        rabbitmq: isPossible(rabbitmq),
        store: isPossible(store),
        razorpay: fakeRazorpay
          ? { possible: true }
          : { possible: false, why: 'RAZORPAY_API_URL names a Razorpay that is not ours' },
      },
      outages: (['rabbitmq', 'store'] as const).flatMap((what) => {
        const until = awayUntil(what);
        return until ? [{ what, until }] : [];
      }),
    }),
    outage: async (what, body) => {
      const { ms } = outageBody.parse(body);
      const part = parts[what];
      if (part.kind === 'impossible') return problem('not_breakable', part.why);
      const already = part.awayUntil();
      if (already) return underWay(what, already);
      if (!(await part.begin(ms))) return problem('not_running', `${what} does not run`);
      return answered({ what, ms, until: part.awayUntil(), effect: part.effect(ms) });
    },
    poison: async (body) => {
      const { queue } = poisonBody.parse(body);
      const until = awayUntil('rabbitmq');
      if (until) return underWay('rabbitmq', until);
      return answered({ queue, published: await sendPoison(queue) });
    },
    end: async () => {
      for (const part of Object.values(parts)) if (part.kind === 'possible') await part.end();
    },
  };
};
