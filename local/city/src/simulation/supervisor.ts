import { SECOND } from '@tiffin/platform/clock';
import * as z from 'zod';

export type StackStatus = {
  /** The names of its children. */
  readonly children: ReadonlySet<string>;
  /** What of it cannot be broken, and why. */
  readonly unbreakable: ReadonlyMap<string, string>;
  /** Whether its broker or its store is away now. */
  readonly hasOutage: boolean;
};

/** The door of the stack's supervisor: who runs, and ways to break it. */
export type Supervisor = {
  /** Undefined when nobody answers. */
  look(): Promise<StackStatus | undefined>;
  /** Throws with what the supervisor said when it does not do it. A start resolves when the child is ready, also when it was already. */
  command(child: string, verb: 'kill' | 'start'): Promise<void>;
  /** Takes a part away; it comes back by itself, whatever becomes of us. */
  takeAway(part: 'rabbitmq' | 'store', ms: number): Promise<void>;
};

/** Longer than a child takes at most to start (60 s). */
const PATIENCE_MS = 70 * SECOND;
const status = z.object({
  children: z.record(z.string(), z.unknown()),
  breakable: z.record(z.string(), z.object({ possible: z.boolean(), why: z.string().optional() })),
  outages: z.array(z.unknown()),
});
const refusal = z.object({ detail: z.string() });

export const createSupervisor = ({ door, stackKey }: { door: string; stackKey: string }): Supervisor => {
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${door}/_stack${path}`, {
      method,
      headers: { 'x-stack-key': stackKey },
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(body && { body: JSON.stringify(body) }),
    });
    const said: unknown = await response.json();
    if (!response.ok) throw new Error(refusal.safeParse(said).data?.detail ?? `it answered ${response.status}`);
    return said;
  };
  return {
    look: async () => {
      try {
        const { children, breakable, outages } = status.parse(await ask('GET', ''));
        const not = Object.entries(breakable).filter(([, { possible }]) => !possible);
        return {
          children: new Set(Object.keys(children)),
          unbreakable: new Map(not.map(([part, { why = 'it is not ours to break' }]) => [part, why])),
          hasOutage: outages.length > 0,
        };
      } catch {
        return undefined;
      }
    },
    command: async (child, verb) => {
      await ask('POST', `/${child}/${verb}`, {});
    },
    takeAway: async (part, ms) => {
      await ask('POST', `/${part}/outage`, { ms });
    },
  };
};
