/**
 * Asks again until `look` gives something other than undefined, false or a throw, and returns it. After `withinMs` it throws, with the last
 * reason: tests wait for facts, never for time.
 */
export const eventually = async <Fact>(
  what: string,
  look: () => Promise<Fact | undefined | false> | Fact | undefined | false,
  { withinMs = 10_000, everyMs = 25 }: { withinMs?: number; everyMs?: number } = {},
): Promise<Fact> => {
  const deadline = Date.now() + withinMs;
  let reason = 'it did not come true';
  for (;;) {
    try {
      const fact = await look();
      if (fact !== undefined && fact !== false) return fact;
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    if (Date.now() > deadline) throw new Error(`waited ${withinMs} ms for ${what}: ${reason}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
};
