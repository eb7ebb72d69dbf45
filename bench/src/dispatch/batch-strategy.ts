import munkres from 'munkres';
import {
  apartM,
  GIVEN_UP_AFTER_MS,
  type SimulatedOrder,
  type SimulatedRider,
  type Strategy,
  type World,
} from './world.ts';

const REACH_M = 5_000;
const EVERY_MS = 2_000;
const OFFER_MS = 15_000;
/** How many of its nearest riders an order brings into the matrix; the others are too far away to be anybody's optimum. */
const NEAREST = 12;
/** Farther than anybody can be. */
const NOBODY_M = 1_000_000;

/** Every two seconds all waiting orders are matched with all free riders at once, so that the sum of the ways to the kitchens is least. */
export const matchInBatches = (world: World): Strategy => {
  const waiting = new Set<SimulatedOrder>();
  const refusals = new Map<SimulatedOrder, Set<SimulatedRider>>();
  const offered = new Map<SimulatedOrder, SimulatedRider>();
  const thinking = new Set<SimulatedRider>();
  let isTicking = false;

  const over = (order: SimulatedOrder, rider: SimulatedRider) => {
    if (offered.get(order) !== rider) return false;
    offered.delete(order);
    thinking.delete(rider);
    return true;
  };
  const offer = (order: SimulatedOrder, rider: SimulatedRider) => {
    offered.set(order, rider);
    thinking.add(rider);
    refusals.get(order)?.add(rider);
    const expiresMs = world.now() + OFFER_MS;
    world.at(expiresMs, () => void over(order, rider));
    world.ask(order, rider, expiresMs);
  };

  const match = () => {
    const orders = [...waiting].filter((order) => !offered.has(order));
    if (orders.length === 0) return;
    const free = world.riders.filter((rider) => world.isAskable(rider) && !thinking.has(rider));
    const rows = orders.map((order) => {
      const refused = refusals.get(order);
      const near = free
        .map((rider) => ({ rider, awayM: apartM(rider.place, order.pickup) }))
        .filter(({ rider, awayM }) => awayM <= REACH_M && !refused?.has(rider))
        .sort((one, other) => one.awayM - other.awayM)
        .slice(0, NEAREST + orders.length);
      return new Map(near.map(({ rider, awayM }) => [rider, awayM]));
    });
    const columns = [...new Set(rows.flatMap((row) => [...row.keys()]))];
    if (columns.length === 0) return;
    const costs = rows.map((row) => columns.map((rider) => row.get(rider) ?? NOBODY_M));
    for (const [row, column] of munkres(costs)) {
      const [order, rider] = [orders[row], columns[column]];
      if (order && rider && rows[row]?.has(rider)) offer(order, rider);
    }
  };

  const tick = () => {
    for (const order of waiting)
      if (world.now() >= order.readyMs + GIVEN_UP_AFTER_MS && !offered.has(order)) waiting.delete(order);
    match();
    isTicking = waiting.size > 0;
    if (isTicking) world.at(world.now() + EVERY_MS, tick);
  };

  return {
    ready: (order) => {
      waiting.add(order);
      refusals.set(order, new Set());
      if (isTicking) return;
      isTicking = true;
      world.at(Math.ceil(world.now() / EVERY_MS) * EVERY_MS, tick);
    },
    accept: (order, rider) => {
      if (!over(order, rider)) return false;
      waiting.delete(order);
      return true;
    },
    decline: (order, rider) => void over(order, rider),
    delivered: () => undefined,
  };
};
