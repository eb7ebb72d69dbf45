/** Runs a job after every earlier job of the same lane. Jobs must not reject. Resolves when the job has ended. */
export type Lanes = (lane: string, job: () => Promise<void>) => Promise<void>;

/**
 * One lane per subject: two events about one order never overlap inside a process, events of different orders do.
 * Lanes are made when needed and forgotten when empty.
 */
export const createLanes = (): Lanes => {
  const tails = new Map<string, Promise<void>>();
  return (lane, job) => {
    const tail = tails.get(lane);
    const end: Promise<void> = (tail === undefined ? job() : tail.then(job)).then(() => {
      if (tails.get(lane) === end) tails.delete(lane);
    });
    tails.set(lane, end);
    return end;
  };
};
