import { type ReadonlySignal, signal } from '@preact/signals';
import type { Envelope } from '@tiffin/contracts/envelope';
import type { Point } from '@tiffin/contracts/geo';
import { pushes } from '@tiffin/contracts/pushes';
import { type restaurant, restaurantList } from '@tiffin/contracts/restaurant-api';
import { type ListedRider, offer, riderList } from '@tiffin/contracts/rider-api';
import * as z from 'zod';
import type { Answer, Doors } from '../doors/doors.ts';
import type { LiveLink } from '../live/live-link.ts';
import type { OrderBook } from '../orders/order-book.ts';
import { type MovingDot, movedTo, standing } from './moving-dot.ts';
import { createPlane, type Plane, type Spot } from './plane.ts';

export type RiderState = 'free' | 'offered' | 'to-kitchen' | 'carrying' | 'offline';

export type Rider = {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly isVerified: boolean;
  isAvailable: boolean;
  dot: MovingDot;
  /** When the newest position was taken. */
  seenAtMs: number;
  reportedAtMs: number;
  state: RiderState;
  orderId: string | undefined;
  /** No position for so long that dispatch does not ask this rider any more. */
  isStale: boolean;
};

type Kitchen = { readonly id: string; readonly name: string; readonly isOpen: boolean; readonly at: Spot };
type OpenOffer = {
  readonly orderId: string;
  readonly riderId: string;
  readonly from: Spot;
  readonly untilMs: number;
};

/** The design's freshness of a position (POSITION_FRESH_S). */
const FRESH_MS = 30_000;
const STATES_MS = 500;
const RELOAD_MS = 60_000;

const offerOfRider = offer.extend({ riderId: z.string() });
const closedOffer = z.object({ offerId: z.string() });
const availability = z.object({ riderId: z.string(), isAvailable: z.boolean() });

export type City = {
  readonly riders: ReadonlyMap<string, Rider>;
  readonly kitchens: ReadonlyMap<string, Kitchen>;
  readonly offers: ReadonlyMap<string, OpenOffer>;
  /** How many riders are in each state; the silent ones are counted apart, so that all of them add up to the riders there are. */
  readonly counts: ReadonlySignal<Readonly<Record<RiderState | 'stale', number>>>;
  readonly refusal: ReadonlySignal<Answer<unknown> | undefined>;
  /** Rises when what is on the map has changed as a whole, after a reading. */
  readonly readings: ReadonlySignal<number>;
  place(at: Point): Spot;
  riderName(id: string): string | undefined;
  hear(event: Envelope): void;
  load(): Promise<void>;
  open(): void;
  close(): void;
};

/** Where everybody is and what they are doing, from readings and pushes. The map draws it as often as it likes. */
export const createCity = ({ doors, live, orders }: { doors: Doors; live: LiveLink; orders: OrderBook }): City => {
  const riders = new Map<string, Rider>();
  const kitchens = new Map<string, Kitchen>();
  const offers = new Map<string, OpenOffer>();
  const zeros = { free: 0, offered: 0, 'to-kitchen': 0, carrying: 0, offline: 0, stale: 0 };
  const counts = signal<Readonly<Record<RiderState | 'stale', number>>>(zeros);
  const refusal = signal<Answer<unknown>>();
  const readings = signal(0);
  const stops: (() => void)[] = [];
  let plane: Plane | undefined;
  let closed = true;
  let reading: Promise<void> | undefined;

  const place = (at: Point): Spot => {
    plane ??= createPlane(at);
    return plane(at);
  };

  const moved = (known: Rider, at: Point, seenAtMs: number): void => {
    if (seenAtMs < known.seenAtMs) return;
    const nowMs = performance.now();
    known.dot = movedTo(known.dot, place(at), nowMs, nowMs - known.reportedAtMs);
    known.seenAtMs = seenAtMs;
    known.reportedAtMs = nowMs;
  };

  const takeRider = (view: ListedRider): void => {
    const { _id: id, userId, name, isVerified, isAvailable } = view;
    const seenAtMs = view.lastSeenAt === undefined ? 0 : Date.parse(view.lastSeenAt);
    const known = riders.get(id);
    if (known) {
      known.isAvailable = isAvailable;
      if (view.location) moved(known, view.location, seenAtMs);
      return;
    }
    // A rider who has never been anywhere has no place on a map.
    if (!view.location) return;
    riders.set(id, {
      ...{ id, userId, name, isVerified, isAvailable, seenAtMs },
      dot: standing(place(view.location)),
      reportedAtMs: performance.now(),
      state: 'offline',
      orderId: undefined,
      isStale: false,
    });
  };

  const takeKitchen = ({ _id: id, name, isOpen, location: at }: z.infer<typeof restaurant>): void => {
    kitchens.set(id, { id, name, isOpen, at: place(at) });
  };

  const readPages = async <Item>(
    part: 'rider' | 'restaurant',
    path: string,
    list: z.ZodType<{ items: Item[]; nextCursor: string | null }>,
    take: (item: Item) => void,
  ): Promise<void> => {
    let cursor: string | null = null;
    do {
      const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const answer = await doors.ask({ part, path: `${path}?limit=100${more}` }, list);
      if (closed) return;
      refusal.value = answer.kind === 'answered' ? undefined : answer;
      if (answer.kind !== 'answered') return;
      answer.body.items.forEach(take);
      cursor = answer.body.nextCursor;
    } while (cursor !== null);
  };

  const load = (): Promise<void> => {
    reading ??= (async () => {
      await readPages('restaurant', '/api/v1/restaurants', restaurantList, takeKitchen);
      await readPages('rider', '/api/v1/riders', riderList, takeRider);
      readings.value += 1;
    })().finally(() => {
      reading = undefined;
    });
    return reading;
  };

  /** Who is doing what, from the orders under way and the offers still open. */
  const judge = (): void => {
    const nowMs = Date.now();
    const jobs = new Map<string, { id: string; state: RiderState }>();
    for (const card of orders.all()) {
      if (card.riderId === undefined) continue;
      if (card.status === 'rider_assigned') jobs.set(card.riderId, { id: card.id, state: 'to-kitchen' });
      if (card.status === 'picked_up') jobs.set(card.riderId, { id: card.id, state: 'carrying' });
    }
    const asked = new Set<string>();
    for (const [id, { orderId, riderId, untilMs }] of offers) {
      // The winner's offer is not closed by a push of its own: the order then has a rider.
      const taken = orders.get(orderId)?.riderId !== undefined;
      if (untilMs < nowMs || taken) offers.delete(id);
      else asked.add(riderId);
    }
    const next = { ...zeros };
    for (const one of riders.values()) {
      const job = jobs.get(one.id);
      const idle: RiderState = one.isAvailable ? 'free' : 'offline';
      one.state = job?.state ?? (asked.has(one.id) ? 'offered' : idle);
      one.orderId = job?.id;
      one.isStale = one.state !== 'offline' && nowMs - one.seenAtMs > FRESH_MS;
      next[one.isStale ? 'stale' : one.state] += 1;
    }
    counts.value = next;
  };

  const every = (ms: number, work: () => void): (() => void) => {
    const timer = setInterval(work, ms);
    return () => clearInterval(timer);
  };

  return {
    riders,
    kitchens,
    offers,
    counts,
    refusal,
    readings,
    place,
    riderName: (id) => riders.get(id)?.name,
    hear: (event) => {
      if (event.type === 'RIDER_AVAILABILITY_CHANGED') {
        const read = availability.safeParse(event.data);
        const known = read.success ? riders.get(read.data.riderId) : undefined;
        if (read.success && known) known.isAvailable = read.data.isAvailable;
      }
      // Somebody new, or something changed about a kitchen: rare enough to read it all again.
      if (event.type === 'RESTAURANT_CHANGED' && Date.parse(event.timestamp) > Date.now() - RELOAD_MS) void load();
    },
    load,
    open: () => {
      closed = false;
      stops.push(
        live.on('riders:locations', (payload) => {
          const read = pushes['riders:locations'].safeParse(payload);
          if (!read.success) return;
          for (const { riderId, location, at } of read.data.points) {
            const known = riders.get(riderId);
            if (known) moved(known, location, Date.parse(at));
            else void load();
          }
        }),
        live.on('order:available', (payload) => {
          const read = offerOfRider.safeParse(payload);
          if (!read.success) return;
          const { orderId, offerId, riderId, pickup, expiresAt } = read.data;
          offers.set(offerId, { orderId, riderId, from: place(pickup), untilMs: Date.parse(expiresAt) });
        }),
        live.on('order:offer_closed', (payload) => {
          const read = closedOffer.safeParse(payload);
          if (read.success) offers.delete(read.data.offerId);
        }),
        every(STATES_MS, judge),
        every(RELOAD_MS, () => void load()),
      );
    },
    close: () => {
      closed = true;
      for (const stop of stops.splice(0)) stop();
    },
  };
};
