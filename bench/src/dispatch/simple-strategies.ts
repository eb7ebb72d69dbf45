import {
  apartM,
  GIVEN_UP_AFTER_MS,
  type SimulatedOrder,
  type SimulatedRider,
  type Strategy,
  type World,
} from './world.ts';

const REACH_M = 5_000;
const LOOKS_AGAIN_MS = 5_000;

/** An order and what became of asking for it. */
type Search = {
  readonly order: SimulatedOrder;
  readonly asked: Set<SimulatedRider>;
  readonly open: Set<SimulatedRider>;
};

export type Asking = {
  /** How many are asked at once. */
  readonly atOnce: number;
  /** How long an offer stands; for ever when it is Infinity. */
  readonly offerMs: number;
  /** Whether a rider has one offer at a time. */
  readonly oneOffer: boolean;
};

/** Asks the nearest riders within 5 km, so many at once; who does not take it is not asked again, and the next is. */
export const askNearest =
  ({ atOnce, offerMs, oneOffer }: Asking) =>
  (world: World): Strategy => {
    const searches = new Map<SimulatedOrder, Search>();
    const thinking = new Map<SimulatedRider, number>();
    const think = (rider: SimulatedRider, by: number) => thinking.set(rider, (thinking.get(rider) ?? 0) + by);

    const nearest = ({ order, asked }: Search, count: number): SimulatedRider[] => {
      const found: { rider: SimulatedRider; awayM: number }[] = [];
      for (const rider of world.riders) {
        if (rider.job) continue;
        const awayM = apartM(rider.place, order.pickup);
        if (awayM > REACH_M || asked.has(rider) || (oneOffer && (thinking.get(rider) ?? 0) > 0)) continue;
        if (world.isAskable(rider)) found.push({ rider, awayM });
      }
      if (found.length > count) found.sort((one, other) => one.awayM - other.awayM).length = count;
      return found.map(({ rider }) => rider);
    };
    const isOver = ({ order }: Search) =>
      order.assigned !== undefined || world.now() >= order.readyMs + GIVEN_UP_AFTER_MS;
    const close = (search: Search, rider: SimulatedRider) => {
      if (search.open.delete(rider)) think(rider, -1);
    };

    const fill = (search: Search): void => {
      if (isOver(search)) return;
      const { order, asked, open } = search;
      const riders = nearest(search, atOnce - open.size);
      for (const rider of riders) {
        asked.add(rider);
        open.add(rider);
        think(rider, 1);
        const expiresMs = world.now() + offerMs;
        if (Number.isFinite(expiresMs)) {
          world.at(expiresMs, () => {
            if (!open.has(rider)) return;
            close(search, rider);
            fill(search);
          });
        }
        world.ask(order, rider, expiresMs);
      }
      if (open.size === 0) world.at(world.now() + LOOKS_AGAIN_MS, () => fill(search));
    };

    return {
      ready: (order) => {
        const search: Search = { order, asked: new Set(), open: new Set() };
        searches.set(order, search);
        fill(search);
      },
      accept: (order, rider) => {
        const search = searches.get(order);
        if (!search?.open.has(rider)) return false;
        for (const other of [...search.open]) close(search, other);
        return true;
      },
      decline: (order, rider) => {
        const search = searches.get(order);
        if (!search) return;
        close(search, rider);
        if (Number.isFinite(atOnce)) fill(search);
      },
      delivered: () => undefined,
    };
  };
