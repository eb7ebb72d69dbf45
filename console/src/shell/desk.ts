import type { ConsoleConfig } from '@tiffin/contracts/console-api';
import { type Breaker, createBreaker } from '../break-it/breaker.ts';
import { type City, createCity } from '../city/city.ts';
import { createDoors, type Doors } from '../doors/doors.ts';
import { createLiveLink, type LiveLink } from '../live/live-link.ts';
import { createEventTail, type EventTail } from '../numbers/event-tail.ts';
import { createFigures, type Figures } from '../numbers/figures.ts';
import { createOrderBook, type OrderBook } from '../orders/order-book.ts';
import type { Session } from '../session/session.ts';

/** What a signed-in person works with. Made once for a session; the parts of the page are given it. */
export type Desk = {
  readonly config: ConsoleConfig;
  readonly session: Session;
  readonly doors: Doors;
  readonly live: LiveLink;
  readonly orders: OrderBook;
  readonly city: City;
  readonly tail: EventTail;
  readonly figures: Figures;
  /** Here and not on its page: what was broken is followed to its end wherever a person looks meanwhile. */
  readonly breaker: Breaker;
  open(): void;
  close(): void;
};

export const createDesk = ({ config, session }: { config: ConsoleConfig; session: Session }): Desk => {
  const bearer = { authorization: `Bearer ${session.token}` };
  const doors = createDoors({
    config,
    headers: (part) => {
      if (part === 'razorpay') return {};
      if (part === 'supervisor') return session.stackKey === undefined ? {} : { 'x-stack-key': session.stackKey };
      return bearer;
    },
  });
  const live = createLiveLink({
    url: config.services.realtime,
    token: () => session.token,
    onConnect: () => {
      void orders.load();
      void city.load();
    },
  });
  const orders = createOrderBook({ doors, live });
  const city = createCity({ doors, live, orders });
  const figures = createFigures();
  const breaker = createBreaker({ config, doors });
  const tail = createEventTail({
    doors,
    hear: (event) => {
      figures.hear(event);
      city.hear(event);
    },
    caughtUp: () => figures.refresh(Date.now()),
    missingSinceMs: figures.missingSinceMs,
  });
  return {
    config,
    session,
    doors,
    live,
    orders,
    city,
    tail,
    figures,
    breaker,
    open: () => {
      live.open();
      city.open();
      orders.open();
      tail.open();
    },
    close: () => {
      live.close();
      city.close();
      orders.close();
      tail.close();
      breaker.leave();
    },
  };
};
