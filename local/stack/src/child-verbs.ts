import * as z from 'zod';
import { type Answer, answered, problem } from './door-answer.ts';
import type { Supervised } from './supervise.ts';

const killBody = z.strictObject({
  signal: z.enum(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGSTOP', 'SIGCONT']).default('SIGKILL'),
});
const pauseBody = z.strictObject({ ms: z.int().min(1).max(600_000).default(5_000) });

/** `POST /_stack/:child/:verb`: kill, pause, stop or start one child. */
export const actOnChild = async (child: Supervised, verb: string, body: unknown): Promise<Answer> => {
  const notRunning = (): Answer => problem('not_running', `${child.name} does not run`);
  switch (verb) {
    case 'kill': {
      const { signal } = killBody.parse(body);
      const { pid } = child.status();
      return child.signal(signal) ? answered({ child: child.name, pid, signal }) : notRunning();
    }
    case 'pause': {
      const { ms } = pauseBody.parse(body);
      return child.pause(ms) ? answered({ child: child.name, ...child.status(), ms }) : notRunning();
    }
    case 'stop':
      await child.stop();
      return answered({ child: child.name, ...child.status() });
    case 'start':
      await child.start();
      return answered({ child: child.name, ...child.status() });
    default:
      return problem('not_found', `${verb} is not one of kill, pause, stop, start`);
  }
};
