import type { KnownFacts } from '@tiffin/contracts/cases-api';
import type { Envelope } from '@tiffin/contracts/envelope';
import { type EventData, type EventOf, parseEnvelope, parseEvent } from '@tiffin/contracts/event-catalogue';
import type { ConsumerSpec } from '@tiffin/platform/messaging/consume';
import { eventReader } from '@tiffin/platform/messaging/event-consumer';
import { done } from '@tiffin/platform/messaging/outcome';
import { writeTogether } from '@tiffin/platform/persistence/write-together';
import type { OpenCase } from '../operations/case.ts';
import type { EventLog } from './logged-event.store.ts';

const PREFETCH = 100;
/** Nobody waits for the log: a fraction of a second later is many inserts fewer. */
const GATHER_MS = 50;

// The log takes every event whole, also of a type or version that only a newer program knows.
const readEnvelope = eventReader(parseEnvelope);

const ASKS_FOR_A_PERSON: ReadonlySet<string> = new Set(['ORDER_CASE_OPENED', 'DELIVERY_CASE_OPENED', 'REFUND_FAILED']);

/** What is known of a delivery that waits for a person: who has the food, and where he was last. */
const knownOf = ({ riderId, since, lastKnown }: EventData<'DELIVERY_CASE_OPENED'>): KnownFacts => {
  const [longitude, latitude] = lastKnown?.location.coordinates ?? [];
  return {
    riderId,
    ...(since !== undefined && { silentSince: since }),
    ...(lastKnown && { lastSeenAt: lastKnown.at }),
    ...(longitude !== undefined && latitude !== undefined && { longitude, latitude }),
  };
};

/** Hears every event of the house: each is logged once, and what asks for a person becomes a case. */
export const eventLogConsumers = ({
  eventLog,
  openCase,
  reviewRefund,
}: {
  eventLog: EventLog;
  openCase: OpenCase;
  reviewRefund: (event: EventOf<'REFUND_FAILED'>) => Promise<void>;
}): readonly ConsumerSpec[] => {
  const append = writeTogether<Envelope>(eventLog.append, { most: PREFETCH, gatherMs: GATHER_MS });

  const openCases = async (event: Envelope) => {
    if (!ASKS_FOR_A_PERSON.has(event.type)) return;
    const parsed = parseEvent(event, () => event.id);
    if (!parsed.ok) return;
    if (parsed.event.type === 'REFUND_FAILED') await reviewRefund(parsed.event);
    if (parsed.event.type === 'ORDER_CASE_OPENED') {
      const { orderId, reason } = parsed.event.data;
      await openCase({ kind: 'order', key: event.id, orderId, detail: reason });
    }
    if (parsed.event.type === 'DELIVERY_CASE_OPENED') {
      const { orderId, reason } = parsed.event.data;
      await openCase({ kind: 'delivery', key: event.id, orderId, detail: reason, known: knownOf(parsed.event.data) });
    }
  };

  return [
    {
      queue: 'utils.event-log',
      prefetch: PREFETCH,
      parse: (body) => readEnvelope(body),
      handle: async ({ event }) => {
        await openCases(event);
        await append(event);
        return done();
      },
    },
  ];
};
