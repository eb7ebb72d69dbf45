import { useSignal } from '@preact/signals';
import type { OrderStatus } from '@tiffin/contracts/order-api';
import type { Desk } from '../shell/desk.ts';
import { Notice } from '../shell/notice.tsx';
import { useEvery } from '../shell/use-every.ts';
import { duration, rupees, STATUS_WORDS, shortId } from '../shell/words.ts';
import { isEnded, type OrderCard } from './order-card.ts';

type Column = { readonly title: string; readonly statuses: readonly OrderStatus[] };

const COLUMNS: readonly Column[] = [
  ...(
    ['pending_payment', 'placed', 'accepted', 'preparing', 'ready_for_rider', 'rider_assigned', 'picked_up'] as const
  ).map((status) => ({ title: STATUS_WORDS[status], statuses: [status] })),
  { title: 'Ended lately', statuses: ['delivered', 'cancelled', 'rejected', 'expired'] },
];

/** A card older than this in one state catches the eye. Cooking takes its time. */
const OLD_MS: Readonly<Partial<Record<OrderStatus, number>>> = {
  pending_payment: 5 * 60_000,
  placed: 60_000,
  ready_for_rider: 60_000,
  rider_assigned: 15 * 60_000,
  picked_up: 30 * 60_000,
};

const SHOWN_CARDS = 12;

/** Orders by state, oldest first, with how long each has been there. */
export const OrderBoard = ({ desk: { orders } }: { desk: Desk }) => {
  const now = useSignal(Date.now());
  useEvery(1_000, () => {
    now.value = Date.now();
  });
  const cards = [...orders.cards.value.values()];
  return (
    <section class="panel board" aria-label="Order board">
      <h2>Orders</h2>
      <Notice answer={orders.refusal.value} />
      {orders.loaded.value && cards.length === 0 && (
        <p class="quiet">
          No orders yet. Start the city (<code>npm start</code> without <code>--no-city</code>), or place one yourself
          on the page Play.
        </p>
      )}
      <div class="columns">
        {COLUMNS.map((column) => (
          <BoardColumn
            key={column.title}
            column={column}
            cards={cards.filter(({ status }) => column.statuses.includes(status))}
            now={now.value}
            show={orders.show}
          />
        ))}
      </div>
    </section>
  );
};

const BoardColumn = ({
  column: { title },
  cards,
  now,
  show,
}: {
  column: Column;
  cards: readonly OrderCard[];
  now: number;
  show: (id: string) => void;
}) => {
  const ended = cards.some(isEnded);
  const sorted = cards.toSorted((one, other) => (ended ? other.since - one.since : one.since - other.since));
  return (
    <section aria-label={`${title}: ${cards.length}`}>
      <h3>
        {title} <span class="count">{cards.length}</span>
      </h3>
      <ul>
        {sorted.slice(0, SHOWN_CARDS).map((card) => (
          <li key={card.id}>
            <button type="button" class="card" data-status={card.status} onClick={() => show(card.id)}>
              <span>
                <code>{shortId(card.id)}</code> <Age card={card} now={now} />
              </span>
              <span>{card.restaurantName ?? '…'}</span>
              <span class="quiet">
                {card.totalPaise === undefined ? '' : rupees(card.totalPaise)}
                {card.riderName === undefined ? '' : ` · ${card.riderName}`}
                {isEnded(card) ? ` · ${STATUS_WORDS[card.status]}` : ''}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {sorted.length > SHOWN_CARDS && <p class="quiet">and {sorted.length - SHOWN_CARDS} more</p>}
    </section>
  );
};

const Age = ({ card, now }: { card: OrderCard; now: number }) => {
  const age = now - card.since;
  const old = age > (OLD_MS[card.status] ?? Number.POSITIVE_INFINITY);
  return (
    <span class={old ? 'old' : 'quiet'} title="How long it has been in this state">
      {duration(age)}
      {old && ' (long)'}
    </span>
  );
};
