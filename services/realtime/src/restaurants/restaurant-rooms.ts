import { type Clock, SECOND } from '@tiffin/platform/clock';
import { restaurantRoom, userRoom } from '../pushes/push.ts';
import type { LiveServer, LiveSocket } from '../sockets/live-socket.ts';
import type { OwnedRestaurants } from './owned-restaurants.ts';

const CACHED_MS = 30 * SECOND;
const RETRY_MS = 2 * SECOND;
const MOST_REMEMBERED = 10_000;
/** A connect waits this long for the restaurants, so that its owner hears everything from the first moment. */
const CONNECT_WAIT_MS = SECOND;

export type RestaurantRooms = ReturnType<typeof createRestaurantRooms>;

/**
 * Brings owners into the rooms of their restaurants. While the restaurant service is away a socket connects all the same, and joins when
 * it answers; a restaurant opened meanwhile is joined by its RESTAURANT_CHANGED.
 */
export const createRestaurantRooms = ({
  io,
  owned,
  joined,
  schedule,
  background,
  now,
}: {
  io: LiveServer;
  owned: OwnedRestaurants;
  /** A socket of the owner is in a restaurant's room. */
  joined(socket: LiveSocket, restaurantId: string): void;
  schedule(ms: number, run: () => void): () => void;
  /** Takes work nobody waits for. */
  background(work: Promise<void>): void;
  now: Clock;
}) => {
  const remembered = new Map<string, { ids: ReadonlySet<string>; untilMs: number }>();
  const asking = new Map<string, Promise<ReadonlySet<string> | undefined>>();

  const remember = (userId: string, ids: ReadonlySet<string>) => {
    remembered.delete(userId);
    remembered.set(userId, { ids, untilMs: now().getTime() + CACHED_MS });
    if (remembered.size <= MOST_REMEMBERED) return;
    const [oldest] = remembered.keys();
    if (oldest !== undefined) remembered.delete(oldest);
  };

  const ask = async (userId: string): Promise<ReadonlySet<string> | undefined> => {
    const answer = await owned(userId);
    if (!answer) return undefined;
    const ids = new Set<string>(answer);
    remember(userId, ids);
    return ids;
  };

  const restaurantsOf = (userId: string): Promise<ReadonlySet<string> | undefined> => {
    const known = remembered.get(userId);
    if (known && known.untilMs > now().getTime()) return Promise.resolve(known.ids);
    const running = asking.get(userId) ?? ask(userId).finally(() => asking.delete(userId));
    asking.set(userId, running);
    return running;
  };

  const join = (socket: LiveSocket, restaurantId: string) => {
    if (!socket.connected || socket.data.restaurantIds.has(restaurantId)) return;
    socket.data.restaurantIds.add(restaurantId);
    void socket.join(restaurantRoom(restaurantId));
    joined(socket, restaurantId);
  };

  const joinOwned = async (socket: LiveSocket): Promise<void> => {
    const ids = await restaurantsOf(socket.data.claims.sub);
    if (!socket.connected) return;
    if (ids) for (const id of ids) join(socket, id);
    else schedule(RETRY_MS, () => background(joinOwned(socket)));
  };

  return {
    /** Waits, a second at most, until the restaurants of somebody about to connect are known. */
    async prepare(userId: string): Promise<void> {
      let stop: () => void = () => undefined;
      const late = new Promise<void>((resolve) => {
        stop = schedule(CONNECT_WAIT_MS, resolve);
      });
      await Promise.race([restaurantsOf(userId), late]);
      stop();
    },
    /** Joins what is known at once and the rest when the restaurant service answers. */
    enter(socket: LiveSocket): void {
      const known = remembered.get(socket.data.claims.sub);
      if (known && known.untilMs > now().getTime()) for (const id of known.ids) join(socket, id);
      else background(joinOwned(socket));
    },
    /** A new broker link: whatever a restaurant was to hear may have been missed. */
    rejoined(): void {
      for (const socket of io.of('/').sockets.values()) {
        for (const restaurantId of socket.data.restaurantIds) joined(socket, restaurantId);
      }
    },
    /** RESTAURANT_CHANGED: the restaurant exists and this is its owner. */
    belongsTo(restaurantId: string, ownerId: string): void {
      const known = remembered.get(ownerId);
      if (known && !known.ids.has(restaurantId)) remember(ownerId, new Set([...known.ids, restaurantId]));
      for (const id of io.of('/').adapter.rooms.get(userRoom(ownerId)) ?? []) {
        const socket = io.of('/').sockets.get(id);
        if (socket?.data.claims.role === 'restaurant') join(socket, restaurantId);
      }
    },
  };
};
