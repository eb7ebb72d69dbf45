import type { Facts, Judgement, OrderFacts, Told } from './facts.ts';
import { groupBy } from './group-by.ts';

const problemOf = (
  { orderId, history = [] }: OrderFacts,
  told: readonly Told[],
  found: ReadonlySet<string>,
): string | undefined => {
  const placed = history.find(({ type }) => type === 'ORDER_PLACED');
  if (!placed) return told.length > 0 ? 'was told to a kitchen and never placed' : undefined;
  if (told.length === 0 && !found.has(orderId)) return 'was placed and no kitchen heard of it';
  const other = told.find(({ seq }) => seq !== placed.seq);
  if (other) return `was told as number ${other.seq}, it was placed as number ${placed.seq}`;
  // A kitchen that comes back may be told again what waits for its answer, under the same number: an app knows it by that.
  const again = [...groupBy(told, ({ connection }) => connection)].find(([, same]) => same.length > 1);
  return again && `was told ${again[1].length} times in one connection (${again[0]})`;
};

/** Its kitchen heard of each paid order, under one number, and within one connection once. */
export const kitchensToldOnce = ({ orders, told, found }: Facts): Judgement => {
  const byOrder = groupBy(told, ({ orderId }) => orderId);
  const paid = orders.filter(({ history = [] }) => history.some(({ type }) => type === 'ORDER_PLACED'));
  return {
    checked: paid.length,
    violations: orders.flatMap((order) => {
      const problem = problemOf(order, byOrder.get(order.orderId) ?? [], found);
      return problem === undefined ? [] : [{ id: order.orderId, problem }];
    }),
  };
};
