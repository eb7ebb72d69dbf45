import * as z from 'zod';
import { type Answer, answered, problem } from './door-answer.ts';
import { StoppedMeanwhile } from './start-failed.ts';
import type { Supervised } from './supervise.ts';

const killBody = z.strictObject({
  signal: z
    .enum(['SIGKILL', 'SIGTERM', 'SIGINT'], {
      error: 'signal is SIGKILL, SIGTERM or SIGINT; pause freezes a child for a while',
    })
    .default('SIGKILL'),
});
const pauseBody = z.strictObject({ ms: z.int().min(1).max(600_000).default(5_000) });

/** `POST /_stack/:child/:verb`: kill, pause, stop or start one child. */
export const actOnChild = async (child: Supervised, verb: string, body: unknown): Promise<Answer> => {
  const { name } = child;
  const answer = (more: object = {}): Answer => answered({ child: name, ...child.status(), ...more });
  switch (verb) {
    case 'kill': {
      const { signal } = killBody.parse(body);
      const { pid } = child.status();
      const done = child.signal(signal);
      return done === 'done' ? answered({ child: name, pid, signal }) : notDone(child, done);
    }
    case 'pause': {
      const { ms } = pauseBody.parse(body);
      const done = child.pause(ms);
      return done === 'done' ? answer({ ms }) : notDone(child, done);
    }
    case 'stop':
      await child.stop();
      return answer();
    case 'start':
      try {
        await child.start();
      } catch (error) {
        if (error instanceof StoppedMeanwhile) return problem('not_running', error.message);
        throw error;
      }
      return answer();
    default:
      return problem('not_found', `${verb} is not one of kill, pause, stop, start`);
  }
};

/** Why a child was left as it is. */
const notDone = (child: Supervised, why: Exclude<ReturnType<Supervised['pause']>, 'done'>): Answer => {
  const { name } = child;
  switch (why) {
    case 'not-running':
      return problem('not_running', `${name} does not run`);
    case 'ending':
      return problem('not_running', `${name} was told to end already`);
    case 'away':
      return problem('outage_under_way', `${name} is away already, until ${child.status().awayUntil?.toISOString()}`);
  }
};
