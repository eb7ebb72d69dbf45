import type { Message } from 'amqplib';
import { CRASHES_HEADER, countHeader, headersOf, messageIdOf } from './message-headers.ts';

/**
 * Telling a message that kills its process from those that happened to be held beside it.
 *
 * What counts is a delivery that ended with the death of the process that held it. The broker's x-delivery-count comes near: it
 * rises for everything held and unsettled, whoever was to blame, and also when only the link broke or we handed a message back.
 * The latter two the process survives, so it remembers them (`forgiven`) and takes them off.
 *
 * Up to one crash a message is handled like any other, so one kill -9 costs no throughput. From the second on it is a suspect:
 * handled one at a time, no other suspect held beside it, so from there on only the guilty one's count rises. Innocents stop at two.
 * After the fourth it is dead-lettered unhandled. With a supervisor that restarts after 1, 2, 4, 8 s, and processes that need
 * one to three seconds to start, that is 15 s of waiting + 4 starts: about half a minute at most.
 */
export const ALONE_FROM_CRASHES = 2;
export const DEAD_FROM_CRASHES = 4;

/** What to do with a message by its crashes. The broker's own count stops it at 20 deliveries (x-delivery-limit), should all of this fail. */
export type CrashVerdict =
  | { readonly kind: 'handle' }
  /** Handled with no other suspect in the process. */
  | { readonly kind: 'alone'; readonly crashes: number }
  /** Innocent, but the broker's count says otherwise: replaced by a copy that starts at zero, so that the next process is not misled. */
  | { readonly kind: 'refresh'; readonly crashes: number }
  | { readonly kind: 'dead'; readonly crashes: number };

const HANDLE: CrashVerdict = { kind: 'handle' };

/**
 * `delivered` is the broker's count of earlier deliveries, `carried` the crashes a copy brought along, `forgiven` the
 * earlier deliveries this process knows to have ended harmlessly.
 */
export const weighCrashes = ({
  delivered,
  carried,
  forgiven,
}: {
  delivered: number;
  carried: number;
  forgiven: number;
}): CrashVerdict => {
  const crashes = carried + Math.max(0, delivered - forgiven);
  if (crashes >= DEAD_FROM_CRASHES) return { kind: 'dead', crashes };
  if (crashes >= ALONE_FROM_CRASHES) return { kind: 'alone', crashes };
  if (delivered >= ALONE_FROM_CRASHES) return { kind: 'refresh', crashes };
  return HANDLE;
};

const REMEMBERED = 10_000;

/** Deliveries of a message, by its id, that ended without the process dying. */
export type Forgiveness = {
  of(messageId: string | undefined): number;
  add(messageId: string | undefined): void;
  settled(messageId: string | undefined): void;
};

export const createForgiveness = (): Forgiveness => {
  const counts = new Map<string, number>();
  return {
    of: (messageId) => (messageId === undefined ? 0 : (counts.get(messageId) ?? 0)),
    add: (messageId) => {
      if (messageId === undefined) return;
      counts.set(messageId, (counts.get(messageId) ?? 0) + 1);
      // A forgotten one may be handled alone without need, nothing worse.
      for (const oldest of counts.keys()) {
        if (counts.size <= REMEMBERED) break;
        counts.delete(oldest);
      }
    },
    settled: (messageId) => {
      if (messageId !== undefined && counts.size > 0) counts.delete(messageId);
    },
  };
};

const ENOUGH_DELIVERIES = 1_000;

export const crashVerdictOf = (message: Message, forgiveness: Forgiveness): CrashVerdict => {
  const headers = headersOf(message);
  if (!message.fields.redelivered && headers[CRASHES_HEADER] === undefined) return HANDLE;
  return weighCrashes({
    // On a first delivery the header is the publisher's invention.
    delivered: message.fields.redelivered ? countHeader(headers, 'x-delivery-count', ENOUGH_DELIVERIES) : 0,
    // Who forges this one gets his message handled alone, no more.
    carried: countHeader(headers, CRASHES_HEADER, DEAD_FROM_CRASHES - 1),
    forgiven: forgiveness.of(messageIdOf(message)),
  });
};
