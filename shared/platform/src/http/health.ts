import { SECOND } from '../clock.ts';

export type HealthStatus = 'pass' | 'warn' | 'fail';

/** How a service is: `warn` still serves (a broker is away), `fail` should get no traffic. Details name no secret, no version. */
export type Health = {
  status: HealthStatus;
  checks: Readonly<Record<string, { status: HealthStatus; detail?: string }>>;
};

const WORSE: Record<HealthStatus, number> = { pass: 0, warn: 1, fail: 2 };

/** The whole is as healthy as its worst check. */
export const healthOf = (checks: Health['checks']): Health => {
  let status: HealthStatus = 'pass';
  for (const check of Object.values(checks)) if (WORSE[check.status] > WORSE[status]) status = check.status;
  return { status, checks };
};

const CHECK_DEADLINE_MS = 3 * SECOND;

/** Asks for the health and always gets an answer: a check that throws or hangs fails. */
export const askHealth = async (health: () => Promise<Health>): Promise<Health> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Health>((resolve) => {
    timer = setTimeout(
      () => resolve(healthOf({ health: { status: 'fail', detail: 'no answer in time' } })),
      CHECK_DEADLINE_MS,
    );
  });
  try {
    return await Promise.race([health(), late]);
  } catch {
    return healthOf({ health: { status: 'fail', detail: 'the check failed' } });
  } finally {
    clearTimeout(timer);
  }
};
