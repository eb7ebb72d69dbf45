/** Time in the city: how long a wait of so many of its seconds takes here. Ends every wait at once when the city closes. */
export type Pace = {
  /** How many of the city's seconds pass in one of ours. */
  readonly speed: number;
  /** Resolves after the time; never, once the city closes, so that nobody acts any more. */
  wait(seconds: number): Promise<void>;
  /** The same in our own seconds: what a faster city would only do more often, until the services can do nothing else. */
  unhurried(seconds: number): Promise<void>;
};

export const createPace = ({ speed, closing }: { speed: number; closing: AbortSignal }): Pace => {
  // One listener for all waits: one each would stay on the signal long after its wait was over.
  const timers = new Set<NodeJS.Timeout>();
  const stop = () => {
    for (const timer of timers) clearTimeout(timer);
  };
  closing.addEventListener('abort', stop, { once: true });
  const unhurried: Pace['unhurried'] = (seconds) =>
    new Promise((resolve) => {
      if (closing.aborted) return;
      const timer = setTimeout(() => {
        timers.delete(timer);
        resolve();
      }, seconds * 1_000);
      timers.add(timer);
    });
  return { speed, unhurried, wait: (seconds) => unhurried(seconds / speed) };
};
