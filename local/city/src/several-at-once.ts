/** Runs a task for each item, in their order, at most `width` at the same time. Rejects with the first failure. */
export const severalAtOnce = async <Item>(
  width: number,
  items: readonly Item[],
  task: (item: Item) => Promise<void>,
): Promise<void> => {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await task(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
};
