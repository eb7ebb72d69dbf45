/** Does a job when it is its turn, and answers what the job answers. */
export type Turns = <Result>(job: () => Promise<Result>) => Promise<Result>;

/** At most so many jobs at once; the others wait in the order they came. */
export const createTurns = (most: number): Turns => {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (job) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await job();
    } finally {
      const next = waiting.shift();
      // The turn goes on to who waited longest, or is given back.
      if (next) next();
      else running -= 1;
    }
  };
};
