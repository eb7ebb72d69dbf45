import { ENDS } from '../ledger.ts';
import type { Facts, Judgement, OrderFacts } from './facts.ts';
import { followMoves } from './order-moves.ts';

const eachOrder = ({ orders }: Facts, problemOf: (order: OrderFacts) => string | undefined): Judgement => ({
  checked: orders.length,
  violations: orders.flatMap((order) => {
    const problem = problemOf(order);
    return problem === undefined ? [] : [{ id: order.orderId, problem }];
  }),
});

/** Every order that was answered is there, and has been delivered, cancelled, rejected or has expired. */
export const everyOrderEnds = (facts: Facts): Judgement =>
  eachOrder(facts, ({ order, history }) => {
    if (!order || !history) return 'was answered and is not there';
    const { state } = followMoves(history);
    if (state === 'none' || !ENDS.has(state)) return `ends in state ${state}`;
    return order.status === state ? undefined : `is ${order.status}, its history ends in ${state}`;
  });

/** Every history begins at 1 and goes on without a gap or a repeat. */
export const historiesWithoutGap = (facts: Facts): Judgement =>
  eachOrder(facts, ({ history = [] }) => {
    if (history.length === 0) return 'has no history';
    const wrong = history.findIndex(({ seq }, index) => seq !== index + 1);
    return wrong < 0 ? undefined : `has number ${history[wrong]?.seq} where ${wrong + 1} belongs`;
  });

/** Every change was allowed where it happened. */
export const legalChanges = (facts: Facts): Judgement =>
  eachOrder(facts, ({ history = [] }) => followMoves(history).problem);
