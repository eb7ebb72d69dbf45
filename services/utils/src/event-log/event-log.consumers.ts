import type { Envelope } from '@tiffin/contracts/envelope';
import { type EventOf, parseEnvelope, parseEvent } from '@tiffin/contracts/event-catalogue';
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
    if (event.type !== 'ORDER_CASE_OPENED' && event.type !== 'REFUND_FAILED') return;
    const parsed = parseEvent(event, () => event.id);
    if (!parsed.ok) return;
    if (parsed.event.type === 'REFUND_FAILED') await reviewRefund(parsed.event);
    if (parsed.event.type === 'ORDER_CASE_OPENED') {
      const { orderId, reason } = parsed.event.data;
      await openCase({ kind: 'order', key: event.id, orderId, detail: reason });
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
