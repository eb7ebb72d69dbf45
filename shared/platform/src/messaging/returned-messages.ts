/** A message is known by its exchange, key and id between its return and its confirm. */
export type ReturnedMessages = {
  /** The broker gave this one back: nothing is bound for its key. */
  note(exchange: string, routingKey: string, messageId: string): void;
  /** Whether the message now confirmed had been given back; consumes one note. */
  take(exchange: string, routingKey: string, messageId: string): boolean;
  forget(): void;
};

/**
 * Joins returns with confirms. The broker sends the return before the confirm, and without this join an unroutable message
 * looks confirmed. A count rather than a set: the same message may be under way twice.
 */
export const createReturnedMessages = (): ReturnedMessages => {
  const counts = new Map<string, number>();
  const keyOf = (...address: [exchange: string, routingKey: string, messageId: string]) => address.join('\n');
  return {
    note: (...address) => {
      const key = keyOf(...address);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    take: (...address) => {
      // Nearly always empty, and this runs for each confirm.
      if (counts.size === 0) return false;
      const key = keyOf(...address);
      const count = counts.get(key);
      if (count === undefined) return false;
      if (count === 1) counts.delete(key);
      else counts.set(key, count - 1);
      return true;
    },
    forget: () => counts.clear(),
  };
};
