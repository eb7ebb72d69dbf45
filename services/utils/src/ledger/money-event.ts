import type { Envelope } from '@tiffin/contracts/envelope';
import { EVENTS, type EventOf, type EventType, parseEvent } from '@tiffin/contracts/event-catalogue';

/** What moves money. What is owed to restaurants and riders is moved by all of them but money that comes in. */
const PAYABLE = [
  'ORDER_CANCELLED',
  'ORDER_REJECTED',
  'ORDER_DELIVERED',
  'DELIVERY_COMPLETED',
  'REFUND_REQUESTED',
  'REFUND_PROCESSED',
  'REFUND_FAILED',
] as const satisfies readonly EventType[];
const MOVING = [...PAYABLE, 'PAYMENT_SUCCESS', 'PAYMENT_SURPLUS'] as const satisfies readonly EventType[];
/** What a moved amount is worked out from. */
const TERMS = ['ORDER_PLACED', 'ORDER_READY_FOR_RIDER'] as const satisfies readonly EventType[];

export type MoneyEvent = EventOf<(typeof MOVING)[number] | (typeof TERMS)[number]>;

export const payableTypes: readonly string[] = PAYABLE;
export const movingTypes: readonly string[] = MOVING;
/** All that a ledger is made from. */
export const moneyTypes: readonly string[] = [...MOVING, ...TERMS];

const SPEAKERS = { order: 'restaurant', payment: 'utils', delivery: 'rider', rider: 'rider', restaurant: 'restaurant' };

const isMoneyEvent = (event: EventOf<EventType>): event is MoneyEvent => moneyTypes.includes(event.type);

/**
 * An event of the log as the ledger takes it. Only who owns an aggregate is believed about it: a bare PAYMENT_SUCCESS that another
 * program published is in the log too, and brought no money to our gateway. Undefined for everything else.
 */
export const readMoneyEvent = (logged: Envelope): MoneyEvent | undefined => {
  const parsed = parseEvent(logged, () => logged.id);
  if (!parsed.ok || !isMoneyEvent(parsed.event)) return undefined;
  return parsed.event.source === SPEAKERS[EVENTS[parsed.event.type].aggregate] ? parsed.event : undefined;
};
