import { setTimeout as pause } from 'node:timers/promises';
import { SECOND } from '@tiffin/platform/clock';
import * as z from 'zod';

const LOOK_EVERY_MS = 50;
const ANSWER_MS = 3 * SECOND;

const health = z.object({
  status: z.string(),
  checks: z.record(z.string(), z.object({ status: z.string(), detail: z.string().optional() })).default({}),
});

/** What a service says it still waits for; undefined when it is wholly ready. A warning (the broker is away) is not ready to start with. */
const whatIsMissing = async (url: string): Promise<string | undefined> => {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(ANSWER_MS) });
    const said = health.parse(await response.json());
    if (response.ok && said.status === 'pass') return undefined;
    const failing = Object.entries(said.checks).filter(([, { status }]) => status !== 'pass');
    return failing.map(([name, { detail }]) => `${name}: ${detail ?? 'not ready'}`).join(', ') || said.status;
  } catch {
    return 'it does not answer';
  }
};

/** Waits until a service answers `/readyz` with pass. Undefined when it does, else what it lacked when time ran out. */
export const waitUntilReady = async (url: string, deadlineMs: number): Promise<string | undefined> => {
  const until = performance.now() + deadlineMs;
  for (;;) {
    const missing = await whatIsMissing(url);
    if (missing === undefined || performance.now() > until) return missing;
    await pause(LOOK_EVERY_MS);
  }
};
