import { envelope } from '@tiffin/contracts/envelope';
import type { OrderId } from '@tiffin/contracts/ids';
import { orderLedger } from '@tiffin/contracts/ledger-api';
import { orderEvents, orderReply } from '@tiffin/contracts/order-api';
import { page } from '@tiffin/contracts/page';
import { paymentReply } from '@tiffin/contracts/payment-api';
import type { Answer, Doors, Visitor } from '../doors.ts';
import { deliveryOrNothing } from '../rider.ts';
import { severalAtOnce } from '../several-at-once.ts';
import type { Bank } from './bank.ts';
import type { Facts, OrderFacts, RiderFacts } from './facts.ts';
import type { Sightings } from './sightings.ts';

/** So many questions at a time: the services have others to answer. */
const AT_ONCE = 8;
const logPage = page(envelope);

export type Collector = {
  /** All there is to know now. Rejects when nobody answers any more. */
  all(): Promise<Facts>;
  /** The same facts, with what concerns these orders, the bank and the riders read anew. */
  anew(facts: Facts, orders: ReadonlySet<string>): Promise<Facts>;
};

/** Reads at the public doors what became of a run: each order as its customer, its books and the log as an admin, trips as each rider. */
export const createCollector = ({
  doors,
  bank,
  sightings,
  riders,
  name,
  since,
}: {
  doors: Doors;
  bank: Bank;
  sightings: Pick<Sightings, 'orders' | 'told' | 'found'>;
  /** The riders of the run, by their `sub`. */
  riders: readonly string[];
  name: string;
  /** ISO 8601: where the log is read from. */
  since: string;
}): Collector => {
  const admin = doors.visitor('admin', `${name}-judge`, 'Judge');

  const readOrder = async ([orderId, sub]: readonly [OrderId, string]): Promise<OrderFacts> => {
    const customer = doors.visitor('customer', sub, 'A customer');
    const path = `/api/v1/orders/${orderId}`;
    const [seen, events, paid, books] = await Promise.all([
      customer.insist('GET', 'restaurant', path, orderReply),
      customer.insist('GET', 'restaurant', `${path}/events`, orderEvents),
      customer.insist('GET', 'utils', `/api/v1/payments/${orderId}`, paymentReply),
      admin.insist('GET', 'utils', `/admin/ledger/orders/${orderId}`, orderLedger),
    ]);
    return {
      orderId,
      order: bodyOf(seen)?.order,
      history: bodyOf(events)?.items,
      payment: bodyOf(paid)?.payment,
      ledger: bodyOf(books),
    };
  };
  const readOrders = async (wanted: readonly (readonly [OrderId, string])[]): Promise<OrderFacts[]> => {
    const read: OrderFacts[] = [];
    await severalAtOnce(AT_ONCE, wanted, async (order) => {
      read.push(await readOrder(order));
    });
    return read;
  };
  const readRiders = async (): Promise<RiderFacts[]> => {
    const read: RiderFacts[] = [];
    await severalAtOnce(AT_ONCE, riders, async (sub) => {
      const rider = doors.visitor('rider', sub, 'A rider');
      const now = await rider.insist('GET', 'rider', '/api/v1/riders/me/delivery', deliveryOrNothing);
      read.push({ riderUserId: sub, busyWith: bodyOf(now)?.delivery.orderId });
    });
    return read;
  };

  return {
    all: async () => {
      const orders = await readOrders([...sightings.orders]);
      const log = await readLog(admin, `from=${encodeURIComponent(since)}`);
      return { orders, log, bank: await bank.moved(), riders: await readRiders(), ...heard(sightings) };
    },
    anew: async (facts, wanted) => {
      const orders = await readOrders([...sightings.orders].filter(([id]) => wanted.has(id)));
      const stories = new Set(orders.flatMap(({ history = [] }) => history.slice(0, 1).map(({ id }) => id)));
      let log = facts.log.filter(({ correlationId }) => !stories.has(correlationId));
      for (const story of stories) log = [...log, ...(await readLog(admin, `correlationId=${story}`))];
      return {
        orders: [...facts.orders.filter(({ orderId }) => !wanted.has(orderId)), ...orders],
        log,
        bank: await bank.moved(),
        riders: await readRiders(),
        ...heard(sightings),
      };
    },
  };
};

const heard = ({ told, found }: Pick<Sightings, 'told' | 'found'>) => ({ told: [...told], found: new Set(found) });

const readLog = async (admin: Visitor, filter: string): Promise<Facts['log']> => {
  const read: Facts['log'][number][] = [];
  let cursor = '';
  for (;;) {
    const answer = await admin.insist('GET', 'utils', `/admin/events?${filter}&limit=100${cursor}`, logPage);
    const found = bodyOf(answer);
    if (!found) throw new Error('the event log refuses to be read');
    read.push(...found.items);
    if (found.nextCursor === null) return read;
    cursor = `&cursor=${encodeURIComponent(found.nextCursor)}`;
  }
};

/** Undefined where there is none; throws where nobody answers, so that silence is not taken for an answer. */
const bodyOf = <Body>(answer: Answer<Body>): Body | undefined => {
  if (answer.kind === 'no-answer') throw new Error('the services do not answer');
  return answer.kind === 'answered' ? answer.body : undefined;
};
