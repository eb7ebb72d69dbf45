const MOST_IDS = 10_000;

/** Whether an id was seen before; remembers it. Bounded: the oldest of ten thousand is forgotten. */
export const createRememberedIds = () => {
  const ids = new Set<string>();
  return {
    isNew(id: string): boolean {
      if (ids.has(id)) return false;
      ids.add(id);
      if (ids.size > MOST_IDS) {
        const [oldest] = ids;
        if (oldest !== undefined) ids.delete(oldest);
      }
      return true;
    },
  };
};
