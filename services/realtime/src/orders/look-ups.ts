import type { OrderId } from '@tiffin/contracts/ids';

const LOOK_UPS_AT_ONCE = 20;

/** Lets at most `limit` tasks run at once; the others wait in line. */
const atMost = (limit: number) => {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <Result>(task: () => Promise<Result>): Promise<Result> => {
    // A task that ends hands its place straight to the next in line, so nobody who comes later slips in between.
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
};

/**
 * Questions for the history, one per order at a time however many ask, and twenty in all: a storm of reconnects must not reach the
 * database. `link` is the broker link the asker lives in; an answer read in an earlier one proves nothing in this.
 */
export const createLookUps = <Answer, Result>({
  history,
  receive,
}: {
  /** Called when a question really starts: whoever joins one that runs hears what was true then. */
  history(orderId: OrderId, after: number): Promise<Answer>;
  /** Takes each answer in, once, before anybody who waits for it goes on. */
  receive(orderId: OrderId, answer: Answer, link: number): Result;
}) => {
  const running = new Map<OrderId, { after: number; link: number; result: Promise<Result> }>();
  const limited = atMost(LOOK_UPS_AT_ONCE);

  return (orderId: OrderId, after: number, link: number): Promise<Result> => {
    const same = running.get(orderId);
    if (same && same.after <= after && same.link === link) return same.result;
    const asking = limited(() => history(orderId, after));
    const result = asking
      .then((answer) => receive(orderId, answer, link))
      .finally(() => {
        if (running.get(orderId)?.result === result) running.delete(orderId);
      });
    running.set(orderId, { after, link, result });
    return result;
  };
};
