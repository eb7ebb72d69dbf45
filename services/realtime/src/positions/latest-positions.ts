import type { RiderPosition } from '@tiffin/contracts/rider-events';

const MOST_ORDERS = 10_000;

/** A trip's newest position, as a push and an answer show it. */
export type LatestPosition = Pick<RiderPosition, 'location' | 'at' | 'seq'> & { riderId: string };

/** Where the rider of each order was last seen. Bounded: the order not heard of for longest is forgotten first. */
export const createLatestPositions = () => {
  const latest = new Map<string, LatestPosition>();

  return {
    /** Notes a position; false when a newer one of the same rider is known (the batches of two rider nodes may cross). */
    note({ orderId, riderId, location, at, seq }: RiderPosition): boolean {
      if (orderId === undefined) return true;
      const known = latest.get(orderId);
      if (known && known.riderId === riderId && seq <= known.seq) return false;
      latest.delete(orderId);
      latest.set(orderId, { riderId, location, at, seq });
      if (latest.size > MOST_ORDERS) {
        const [oldest] = latest.keys();
        if (oldest !== undefined) latest.delete(oldest);
      }
      return true;
    },
    of(orderId: string): Omit<LatestPosition, 'riderId'> | undefined {
      const known = latest.get(orderId);
      return known && { location: known.location, at: known.at, seq: known.seq };
    },
    forget(orderId: string): void {
      latest.delete(orderId);
    },
  };
};
export type LatestPositions = ReturnType<typeof createLatestPositions>;
