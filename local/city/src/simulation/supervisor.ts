import { SECOND } from '@tiffin/platform/clock';
import * as z from 'zod';

/** The door of the stack's supervisor: who runs, and ways to break it. */
export type Supervisor = {
  /** The names of the stack's children; undefined when nobody answers. */
  children(): Promise<ReadonlySet<string> | undefined>;
  /** Throws with what the supervisor said when it does not do it. A start resolves when the child is ready, also when it was already. */
  command(child: string, verb: 'kill' | 'pause' | 'stop' | 'start', body?: object): Promise<void>;
};

/** Longer than a child takes at most to start (60 s) or to stop (25 s). */
const PATIENCE_MS = 70 * SECOND;
const status = z.object({ children: z.record(z.string(), z.unknown()) });
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
    children: async () => {
      try {
        return new Set(Object.keys(status.parse(await ask('GET', '')).children));
      } catch {
        return undefined;
      }
    },
    command: async (child, verb, body = {}) => {
      await ask('POST', `/${child}/${verb}`, body);
    },
  };
};
