import type { OrderId } from '@tiffin/contracts/ids';
import type { OrderView } from '@tiffin/contracts/order-api';
import type { LatestPositions } from '../positions/latest-positions.ts';
import { orderPushes } from '../pushes/order-pushes.ts';
import { OPS_ROOM, orderRoom, type RoomPush, restaurantRoom } from '../pushes/push.ts';
import type { OrderEntry } from './order-entry.ts';
import { hasEnded, mayWatch, type Watcher } from './order-parties.ts';
import { entriesSince, oldestSince } from './order-ring.ts';
import type { LookUp, OrderStream, OrderStreams } from './order-streams.ts';

type Push = Pick<RoomPush, 'event' | 'payload'>;

export type WatchReply =
  | { ok: true; seq: number; events: Push[]; location?: object }
  | { ok: true; seq: number; snapshot: object; location?: object }
  | { ok: false; code: 'not_found' | 'unavailable' };

/** What the asking socket lets us do to it. All of it takes effect at once, in the order of the calls. */
export type WatchingSocket = Watcher & { join(room: string): void; push(push: Push): void };

const REFUSED: WatchReply = { ok: false, code: 'not_found' };
const AWAY: WatchReply = { ok: false, code: 'unavailable' };

/** The room whose pushes this watcher would have heard. */
const roomOf = ({ role }: Watcher, { orderId, parties }: OrderStream): string => {
  if (role === 'admin') return OPS_ROOM;
  return role === 'restaurant' && parties.restaurantId ? restaurantRoom(parties.restaurantId) : orderRoom(orderId);
};

const pushesFor = (watcher: Watcher, stream: OrderStream, entries: readonly OrderEntry[]): Push[] => {
  const wanted = roomOf(watcher, stream);
  return entries
    .flatMap(({ event }) => (event ? orderPushes(event) : []))
    .filter(({ room }) => room === wanted)
    .map(({ event, payload }) => ({ event, payload }));
};

const snapshotFor = ({ role }: Watcher, order: OrderView): object => {
  if (role === 'customer') return order;
  // The code at the door is its customer's secret.
  const { deliveryCode: _, ...rest } = order;
  return rest;
};

/**
 * order:watch. Checks the right to watch, then answers with exactly the pushes after `since`, or with the order as it is, and from then
 * on the socket hears every push: nothing lies between. A stranger hears the same as about an order that does not exist.
 */
export const watchOrder =
  ({ streams, positions }: { streams: OrderStreams; positions: LatestPositions }) =>
  async (
    socket: WatchingSocket,
    { orderId, since }: { orderId: OrderId; since?: number | undefined },
    reply: (answer: WatchReply) => void,
  ) => {
    // Nothing below this line may wait: an event that came between the answer and the join would be lost, or told twice.
    const answer = (stream: OrderStream, found?: Extract<LookUp, { kind: 'found' }>) => {
      if (!mayWatch(socket, stream.parties)) return reply(REFUSED);
      const ended = hasEnded(stream.parties);
      const position = ended ? undefined : positions.of(orderId);
      const location = position && { location: position };
      if (!ended) socket.join(orderRoom(orderId));

      const missed = since === undefined ? undefined : entriesSince(stream.ring, since);
      if (missed) {
        return reply({ ok: true, seq: stream.ring.last, events: pushesFor(socket, stream, missed), ...location });
      }
      if (!found) return reply(AWAY);
      reply({ ok: true, seq: found.order.seq, snapshot: snapshotFor(socket, found.order), ...location });
      // Told to the rooms while the history was on its way, before this socket was in one of them.
      for (const push of pushesFor(socket, stream, entriesSince(stream.ring, found.order.seq) ?? [])) socket.push(push);
    };

    const known = streams.find(orderId);
    if (known && since !== undefined && canAnswer(streams, known, socket, since)) return answer(known);

    const found = await streams.lookUp(orderId, since);
    switch (found.kind) {
      case 'found':
        return answer(found.stream, found);
      case 'not-found':
        return reply(REFUSED);
      case 'away':
        return reply(AWAY);
    }
  };

/** Whether the ring alone is enough: nothing missed, `since` within it, and the right to watch beyond doubt. */
const canAnswer = (streams: OrderStreams, stream: OrderStream, watcher: Watcher, since: number): boolean =>
  streams.isProven(stream) &&
  since >= oldestSince(stream.ring) &&
  since <= stream.ring.last &&
  (stream.parties.complete || mayWatch(watcher, stream.parties));
