import type { Envelope } from '@tiffin/contracts/envelope';
import type { Facts, Judgement, Violation } from './facts.ts';
import { groupBy } from './group-by.ts';

const OF_ORDERS = /^ORDER_/;
const ids = (events: readonly { readonly id: string }[]): ReadonlySet<string> => new Set(events.map(({ id }) => id));

const repeatedIds = (log: readonly Envelope[]): Violation[] =>
  [...groupBy(log, ({ id }) => id)].flatMap(([id, same]) =>
    same.length > 1 ? [{ id, problem: `is in the log ${same.length} times` }] : [],
  );

/** The streams of these orders, their payments and their deliveries. */
const streamsOf = ({ orders, log }: Facts) => {
  const ours = new Set(orders.map(({ orderId }) => orderId));
  const numbered = log.filter(({ seq, data }) => seq !== undefined && ours.has(String(data.orderId)));
  return groupBy(numbered, ({ source, subject }) => `${source} ${subject}`);
};

/** Where log and histories do not match: what is on its way from one to the other, or was lost on it. */
export const unmatched = (facts: Facts): Violation[] => {
  const logged = ids(facts.log);
  const ofHistories = facts.orders.flatMap(({ orderId, history = [] }) =>
    history
      .filter(({ id }) => !logged.has(id))
      .map(({ type, id }) => ({ id: orderId, problem: `${type} ${id} is not in the log` })),
  );
  const ofStreams = [...streamsOf(facts)].flatMap(([stream, events]) => {
    const numbers = new Set(events.map(({ seq }) => seq));
    const last = Math.max(...events.map(({ seq = 0 }) => seq));
    const gap = Array.from({ length: last }, (_, index) => index + 1).find((seq) => !numbers.has(seq));
    const id = String(events[0]?.data.orderId);
    return gap === undefined ? [] : [{ id, problem: `number ${gap} of the stream ${stream} is not in the log` }];
  });
  const inHistories = new Map(
    facts.orders.flatMap(({ orderId, history }) => (history ? [[orderId, ids(history)] as const] : [])),
  );
  const unknown = facts.log
    .filter(({ id, type, subject }) => OF_ORDERS.test(type) && inHistories.get(subject)?.has(id) === false)
    .map(({ id, type, subject }) => ({ id: subject, problem: `${type} ${id} is in the log and not in the history` }));
  return [...ofHistories, ...ofStreams, ...unknown];
};

/** The log has every event of these orders once: no id twice, no number of a stream twice, nothing missing, nothing made up. */
export const eventsLoggedOnce = (facts: Facts): Judgement => {
  const repeatedNumbers = [...streamsOf(facts)].flatMap(([stream, events]) =>
    [...groupBy(events, ({ seq }) => seq)]
      .filter(([, same]) => new Set(same.map(({ id }) => id)).size > 1)
      .map(([seq, same]) => ({
        id: same.map(({ id }) => id).join(', '),
        problem: `are both number ${seq} of the stream ${stream}`,
      })),
  );
  return {
    checked: facts.log.length,
    violations: [...repeatedIds(facts.log), ...repeatedNumbers, ...unmatched(facts)],
  };
};
