/** One request must be answered well before a door is given up for dead (10 s). */
const LONGEST_REQUEST_S = 4;
/** So that a person sees it go on, and can stop it. */
const LARGEST_BATCH = 50;

/** The letters in the portions they are retried in: small enough that each portion is done soon at that rate. */
export const letterBatches = (ids: readonly string[], ratePerSecond: number): readonly (readonly string[])[] => {
  const size = Math.max(1, Math.min(LARGEST_BATCH, Math.floor(ratePerSecond * LONGEST_REQUEST_S)));
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, index) =>
    ids.slice(index * size, (index + 1) * size),
  );
};
