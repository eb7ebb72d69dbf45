import { isDatabaseAway } from './database.ts';

const DEADLINE_MS = 10_000;
const PAUSE_MS = 100;

/**
 * Repeats a write until its result is known (rule W1). A lost connection or a time-out is not a failure: the write may have landed, or may
 * still land. `landed` looks for what the write carries; found means `applied`. Throws the database's error after 10 s without an answer.
 */
export const untilKnown = async <Result>({
  write,
  landed,
  applied,
}: {
  write: () => Promise<Result>;
  landed: () => Promise<boolean>;
  applied: Result;
}): Promise<Result> => {
  const deadline = Date.now() + DEADLINE_MS;
  for (let repeated = false; ; repeated = true) {
    try {
      const result = await write();
      // An earlier try may have landed between the look and this one, which then lost against it.
      return repeated && result !== applied && (await landed()) ? applied : result;
    } catch (error) {
      if (!isDatabaseAway(error) || Date.now() > deadline) throw error;
      if (await landed().catch(() => false)) return applied;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
};
