/** Time in the city: how long a wait of so many of its seconds takes here. Ends every wait at once when the city closes. */
export type Pace = {
  /** Resolves after the time; never, once the city closes, so that nobody acts any more. */
  wait(seconds: number): Promise<void>;
};

export const createPace = ({ speed, closing }: { speed: number; closing: AbortSignal }): Pace => ({
  wait: (seconds) =>
    new Promise((resolve) => {
      if (closing.aborted) return;
      const timer = setTimeout(resolve, (seconds * 1_000) / speed);
      closing.addEventListener('abort', () => clearTimeout(timer), { once: true });
    }),
});
