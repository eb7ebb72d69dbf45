type Release = () => unknown | Promise<unknown>;

export type Releasers = {
  /** Notes how to give something back, right after it was acquired. */
  push(release: Release): void;
  /** Gives everything back, the last acquired first. Safe to call again: what was given back stays so. */
  releaseAll(): Promise<void>;
};

/**
 * What a start has acquired so far, so that it can be given back in reverse: at the end, and also when the start fails half
 * way. One release that fails keeps none of the others from running; the first error is thrown when all have run.
 */
export const createReleasers = (): Releasers => {
  const releases: Release[] = [];
  let running: Promise<void> | undefined;

  const drainAll = async (): Promise<void> => {
    const errors: unknown[] = [];
    for (let release = releases.pop(); release; release = releases.pop()) {
      try {
        await release();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  };

  return {
    push(release) {
      releases.push(release);
    },
    releaseAll() {
      running ??= drainAll().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
};

/** Runs a start that acquires step by step. When it throws, everything acquired is released and the error goes on. */
export const withReleasers = async <Result>(start: (releasers: Releasers) => Promise<Result>): Promise<Result> => {
  const releasers = createReleasers();
  try {
    return await start(releasers);
  } catch (error) {
    // The reason the start failed is the one to report; a failing release would hide it.
    await releasers.releaseAll().catch(() => undefined);
    throw error;
  }
};
