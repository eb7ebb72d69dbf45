/** Runs a job after every earlier job of the same lane, however those ended, and answers what it answers. */
export type Lanes = <Result>(lane: string, job: () => Promise<Result>) => Promise<Result>;

/**
 * One lane per subject: two events about one order never overlap inside a process, events of different orders do.
 * Lanes are made when needed and forgotten when empty.
 */
export const createLanes = (): Lanes => {
  const tails = new Map<string, Promise<void>>();
  return (lane, job) => {
    const tail = tails.get(lane);
    const result = tail === undefined ? job() : tail.then(job);
    const leave = () => {
      if (tails.get(lane) === end) tails.delete(lane);
    };
    const end: Promise<void> = result.then(leave, leave);
    tails.set(lane, end);
    return result;
  };
};
