import { isDatabaseAway } from './database.ts';

type Waiting<Item> = { readonly item: Item; readonly resolve: () => void; readonly reject: (error: unknown) => void };

/**
 * Writes single items in batches of at most `most`. What arrives while a write is under way goes into the next one; with `gatherMs` a
 * batch waits that long for more, unless it is full. A batch that is refused is written again item by item, so that a bad one costs its
 * neighbours nothing. Each call resolves when its own item is written, and rejects when it is not.
 */
export const writeTogether = <Item>(
  write: (items: readonly Item[]) => Promise<void>,
  { most, gatherMs = 0 }: { most: number; gatherMs?: number },
) => {
  const waiting: Waiting<Item>[] = [];
  let writing = false;
  let isFull: (() => void) | undefined;

  const gather = async () => {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, gatherMs);
      isFull = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    isFull = undefined;
  };

  const drain = async () => {
    writing = true;
    while (waiting.length > 0) {
      if (gatherMs > 0 && waiting.length < most) await gather();
      const batch = waiting.splice(0, most);
      try {
        await write(batch.map(({ item }) => item));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        if (batch.length === 1 || isDatabaseAway(error)) for (const { reject } of batch) reject(error);
        else for (const { item, resolve, reject } of batch) await write([item]).then(resolve, reject);
      }
    }
    writing = false;
  };

  return (item: Item): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!writing) void drain();
      else if (waiting.length >= most) isFull?.();
    });
};
