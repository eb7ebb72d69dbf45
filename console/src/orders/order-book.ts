import { type ReadonlySignal, signal } from '@preact/signals';
import { order, orderList, orderReply } from '@tiffin/contracts/order-api';
import * as z from 'zod';
import type { Answer, Doors } from '../doors/doors.ts';
import type { LiveLink } from '../live/live-link.ts';
import { cardOf, cardOfUpdate, isEnded, merged, type OrderCard, orderUpdate } from './order-card.ts';

const ACTIVE = 'pending_payment,placed,accepted,preparing,ready_for_rider,rider_assigned,picked_up';
/** Drawing the board anew for each push would cost more than reading it. */
const DRAW_MS = 200;
/** A lost push shows at the latest with the next whole reading. */
const RELOAD_MS = 60_000;
const ASK_MS = 250;
const ENDED_KEPT = 60;

const newOrder = z.object({ order });
const riderAssigned = z.object({
  orderId: z.string(),
  seq: z.int(),
  at: z.string(),
  riderId: z.string(),
  riderName: z.string(),
});

export type OrderBook = {
  /** All orders under way and the newest ended ones. A new map at each change. */
  readonly cards: ReadonlySignal<ReadonlyMap<string, OrderCard>>;
  readonly refusal: ReadonlySignal<Answer<unknown> | undefined>;
  /** False until the first whole reading. */
  readonly loaded: ReadonlySignal<boolean>;
  /** The order whose story is shown. */
  readonly shown: ReadonlySignal<string | undefined>;
  show(id: string | undefined): void;
  get(id: string): OrderCard | undefined;
  all(): IterableIterator<OrderCard>;
  load(): Promise<void>;
  open(): void;
  close(): void;
};

export const createOrderBook = ({ doors, live }: { doors: Doors; live: LiveLink }): OrderBook => {
  const book = new Map<string, OrderCard>();
  const cards = signal<ReadonlyMap<string, OrderCard>>(new Map());
  const refusal = signal<Answer<unknown>>();
  const loaded = signal(false);
  const shown = signal<string>();
  const unknown = new Set<string>();
  const ended: string[] = [];
  const stops: (() => void)[] = [];
  let drawing: ReturnType<typeof setTimeout> | undefined;
  let closed = true;

  const draw = (): void => {
    drawing ??= setTimeout(() => {
      drawing = undefined;
      cards.value = new Map(book);
    }, DRAW_MS);
  };

  const put = (news: OrderCard): void => {
    const card = merged(book.get(news.id), news);
    book.set(card.id, card);
    if (card.pickup === undefined) unknown.add(card.id);
    if (isEnded(card) && !ended.includes(card.id)) {
      ended.push(card.id);
      while (ended.length > ENDED_KEPT) book.delete(ended.shift() ?? '');
    }
    draw();
  };

  const readAll = async (path: string): Promise<boolean> => {
    let cursor: string | null = null;
    do {
      const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const answer = await doors.ask({ part: 'restaurant', path: `${path}${more}` }, orderList);
      if (closed) return false;
      refusal.value = answer.kind === 'answered' ? undefined : answer;
      if (answer.kind !== 'answered') return false;
      for (const item of answer.body.items) put(cardOf(item));
      cursor = answer.body.nextCursor;
    } while (cursor !== null);
    return true;
  };

  const load = async (): Promise<void> => {
    if (await readAll(`/api/v1/orders?status=${ACTIVE}&limit=100`)) loaded.value = true;
  };

  /** One after the other: an order that has just been created is pushed without its places. */
  const readUnknown = async (): Promise<void> => {
    const [id] = unknown;
    if (id === undefined) return;
    unknown.delete(id);
    const answer = await doors.ask({ part: 'restaurant', path: `/api/v1/orders/${id}` }, orderReply);
    if (answer.kind === 'answered') put(cardOf(answer.body.order));
  };

  const every = (ms: number, work: () => Promise<void>): (() => void) => {
    let timer: ReturnType<typeof setTimeout>;
    const turn = async () => {
      await work();
      if (!closed) timer = setTimeout(() => void turn(), ms);
    };
    timer = setTimeout(() => void turn(), ms);
    return () => clearTimeout(timer);
  };

  return {
    cards,
    refusal,
    loaded,
    shown,
    show: (id) => {
      shown.value = id;
    },
    get: (id) => book.get(id),
    all: () => book.values(),
    load,
    open: () => {
      closed = false;
      stops.push(
        live.on('order:new', (payload) => {
          const read = newOrder.safeParse(payload);
          if (read.success) put(cardOf(read.data.order));
        }),
        live.on('order:update', (payload) => {
          const read = orderUpdate.safeParse(payload);
          if (read.success) put(cardOfUpdate(read.data));
        }),
        live.on('order:rider_assigned', (payload) => {
          const read = riderAssigned.safeParse(payload);
          if (!read.success) return;
          const { orderId, seq, at, riderId, riderName } = read.data;
          const known = book.get(orderId);
          const paid = known?.paymentStatus ?? 'paid';
          const status = 'rider_assigned';
          put({ id: orderId, seq, status, paymentStatus: paid, since: Date.parse(at), riderId, riderName });
        }),
        every(RELOAD_MS, load),
        every(ASK_MS, readUnknown),
      );
    },
    close: () => {
      closed = true;
      clearTimeout(drawing);
      for (const stop of stops.splice(0)) stop();
    },
  };
};
