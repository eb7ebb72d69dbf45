type Waiting<Item> = { readonly item: Item; readonly resolve: () => void; readonly reject: (error: unknown) => void };

/**
 * Writes single items in batches without waiting for any: what arrives while a write is under way goes into the next one. Each call
 * resolves when its own item is written, and rejects when its batch is not.
 */
export const writeTogether = <Item>(write: (items: readonly Item[]) => Promise<void>, most: number) => {
  const waiting: Waiting<Item>[] = [];
  let writing = false;

  const drain = async () => {
    writing = true;
    for (let batch = waiting.splice(0, most); batch.length > 0; batch = waiting.splice(0, most)) {
      try {
        await write(batch.map(({ item }) => item));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    writing = false;
  };

  return (item: Item): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!writing) void drain();
    });
};
