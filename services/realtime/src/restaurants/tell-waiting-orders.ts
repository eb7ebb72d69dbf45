import { SECOND } from '@tiffin/platform/clock';
import type { OrderStreams } from '../orders/order-streams.ts';
import type { Deliver } from '../pushes/deliver.ts';
import { orderPushes } from '../pushes/order-pushes.ts';
import { restaurantRoom } from '../pushes/push.ts';
import type { LiveSocket } from '../sockets/live-socket.ts';
import type { WaitingOrders } from './waiting-orders.ts';

const RETRY_MS = 2 * SECOND;

/**
 * A kitchen must hear of an order that was paid while this node was down or without a broker: nobody there knows its id, so nobody could
 * watch it. Once per restaurant and broker link, when its first socket is here, the orders still waiting for an answer are told to its
 * room, with the pushes and numbers they had; what this node has told already is left out.
 */
export const tellWaitingOrders = ({
  waiting,
  streams,
  deliver,
  schedule,
  background,
}: {
  waiting: WaitingOrders;
  streams: OrderStreams;
  deliver: Deliver;
  schedule(ms: number, run: () => void): () => void;
  /** Takes work nobody waits for. */
  background(work: Promise<void>): void;
}) => {
  const toldIn = new Map<string, number>();

  const tell = async (socket: LiveSocket, restaurantId: string): Promise<void> => {
    const link = streams.link();
    if (toldIn.get(restaurantId) === link || !socket.connected) return;
    toldIn.set(restaurantId, link);
    const orderIds = await waiting(socket.data.token, restaurantId);
    if (!orderIds) {
      toldIn.delete(restaurantId);
      schedule(RETRY_MS, () => background(tell(socket, restaurantId)));
      return;
    }
    for (const orderId of orderIds) {
      const found = await streams.lookUp(orderId, 0);
      if (found.kind !== 'found') continue;
      const { stream } = found;
      const { ring, toldFrom } = stream;
      const missed = ring.entries.filter(({ seq }) => seq < toldFrom);
      const pushes = missed.flatMap(({ event }) => (event ? orderPushes(event) : []));
      deliver(pushes.filter(({ room }) => room === restaurantRoom(restaurantId)));
      // The kitchen has heard them now: the next broker link must not tell it again.
      stream.toldFrom = Math.min(toldFrom, missed[0]?.seq ?? toldFrom);
    }
  };
  return (socket: LiveSocket, restaurantId: string): void => background(tell(socket, restaurantId));
};
export type TellWaitingOrders = ReturnType<typeof tellWaitingOrders>;
