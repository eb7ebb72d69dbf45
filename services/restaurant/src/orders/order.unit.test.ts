import { userId } from '@tiffin/contracts/claims';
import type { DeliverySnapshot } from '@tiffin/contracts/delivery-events';
import { EVENTS } from '@tiffin/contracts/event-catalogue';
import { orderId, riderId } from '@tiffin/contracts/ids';
import { inPaise, MOST_PAISE, type Paise } from '@tiffin/contracts/money';
import { type OrderStatus, orderStatus, placeOrder } from '@tiffin/contracts/order-api';
import type { Decision } from '@tiffin/platform/persistence/decision';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cancelOrder } from './cancel.ts';
import { followDelivery } from './delivery-following.ts';
import { acceptOrder, markReady, rejectOrder, rejectUnanswered, startPreparing } from './kitchen.ts';
import { type OrderEvent, type OrderState, orderNextActionAt, orderState } from './order.ts';
import { expireOrder, followRefund, markPaid } from './order-payment.ts';
import { priceOrder, riderEarningPaise } from './prices.ts';

const id = orderId.parse('0'.repeat(23) + '1');
const now = new Date('2026-11-01T10:00:00.000Z');
const before = '2026-11-01T09:59:59.000Z';
const later = '2026-11-01T10:05:00.000Z';
const riderA = { riderId: riderId.parse('a'.repeat(24)), riderUserId: userId.parse('rider-a'), riderName: 'Asha' };
const riderB = { riderId: riderId.parse('b'.repeat(24)), riderUserId: userId.parse('rider-b'), riderName: 'Bilal' };
const total = inPaise(30_700);

const anOrder = (status: OrderStatus): OrderState => {
  const paid = status !== 'pending_payment' && status !== 'expired';
  const carried = status === 'rider_assigned' || status === 'picked_up' || status === 'delivered';
  return orderState.parse({
    userId: 'c1',
    restaurantId: '2'.repeat(24),
    restaurantOwnerId: 'owner',
    restaurantName: 'Dosa House',
    items: [{ itemId: '3'.repeat(24), name: 'Masala dosa', pricePaise: 15_000, quantity: 2 }],
    subtotalPaise: 30_000,
    deliveryFeePaise: 0,
    platformFeePaise: 700,
    totalPaise: total,
    currency: 'INR',
    deliveryAddress: {
      formattedAddress: '12 MG Road, Ashok Nagar, Bengaluru',
      phone: '+91 98450 12345',
      location: { type: 'Point', coordinates: [77.61, 12.98] },
    },
    pickup: { type: 'Point', coordinates: [77.6, 12.97] },
    status,
    paymentStatus: paid ? 'paid' : 'pending',
    ...(status === 'pending_payment' ? { expiresAt: before } : {}),
    ...(status === 'placed' ? { answerBy: before } : {}),
    ...(paid ? { paymentId: 'pay_1' } : {}),
    ...(carried ? { rider: { assignment: 1, ...riderA } } : {}),
    refusedPayments: [],
    refunds: [],
  });
};

const STATES = orderStatus.options;
type Cell = string;
/** What a decision came to, in the words of the table: the new status and its events, or the refusal. */
const told = (decision: Decision<OrderState, OrderEvent>): Cell =>
  decision.kind === 'changed'
    ? [decision.state.status, ...decision.events.map(({ type }) => type.replace('ORDER_', ''))].join(' ')
    : decision.kind;

const table = (rows: Record<OrderStatus, Cell>, decide: (state: OrderState) => Decision<OrderState, OrderEvent>) => {
  for (const status of STATES) {
    it(`${status} → ${rows[status]}`, () => expect(told(decide(anOrder(status)))).toBe(rows[status]));
  }
};
const everywhere = (cell: Cell, except: Partial<Record<OrderStatus, Cell>>): Record<OrderStatus, Cell> => {
  const rows = Object.fromEntries(STATES.map((status) => [status, except[status] ?? cell]));
  return rows as Record<OrderStatus, Cell>;
};

describe('every command in every state', () => {
  describe('the restaurant accepts', () =>
    table(everywhere('conflict', { placed: 'accepted ACCEPTED', accepted: 'unchanged' }), (state) =>
      acceptOrder(id, state, 20, now),
    ));
  describe('the restaurant rejects', () =>
    table(everywhere('conflict', { placed: 'rejected REJECTED', rejected: 'unchanged' }), (state) =>
      rejectOrder(id, state, 'closed'),
    ));
  describe('the restaurant starts preparing', () =>
    table(everywhere('conflict', { accepted: 'preparing PREPARING', preparing: 'unchanged' }), (state) =>
      startPreparing(id, state),
    ));
  describe('the restaurant says ready', () =>
    table(
      everywhere('conflict', {
        accepted: 'ready_for_rider READY_FOR_RIDER',
        preparing: 'ready_for_rider READY_FOR_RIDER',
        ready_for_rider: 'unchanged',
        rider_assigned: 'unchanged',
      }),
      (state) => markReady(id, state, now),
    ));
  describe('the customer cancels', () =>
    table(
      everywhere('conflict', {
        pending_payment: 'cancelled CANCELLED',
        placed: 'cancelled CANCELLED',
        cancelled: 'unchanged',
      }),
      (state) => cancelOrder(id, state, 'customer', undefined),
    ));
  for (const by of ['restaurant', 'admin'] as const) {
    describe(`the ${by} cancels`, () =>
      table(
        everywhere('conflict', {
          placed: 'cancelled CANCELLED',
          accepted: 'cancelled CANCELLED',
          preparing: 'cancelled CANCELLED',
          ready_for_rider: 'cancelled CANCELLED',
          rider_assigned: 'cancelled CANCELLED',
          cancelled: 'unchanged',
        }),
        (state) => cancelOrder(id, state, by, 'out of stock'),
      ));
  }
  describe('the payment window ends', () =>
    table(everywhere('nothing-new', { pending_payment: 'expired EXPIRED' }), (state) => expireOrder(id, state, now)));
  describe('the answer window ends', () =>
    table(everywhere('nothing-new', { placed: 'rejected REJECTED' }), (state) => rejectUnanswered(id, state, now)));
});

const stored = (state: OrderState) => ({ id, state, seq: 1, createdAt: now });
const payment = (over: object = {}) => ({
  orderId: id,
  paymentId: 'pay_9',
  amountPaise: total,
  currency: 'INR',
  ...over,
});
const refusedIn = (reason: string) =>
  Object.fromEntries(STATES.map((status) => [status, `${status} PAYMENT_REFUSED(${reason})`])) as Record<
    OrderStatus,
    Cell
  >;
const toldWithReason = (decision: Decision<OrderState, OrderEvent>): Cell => {
  const [event] = decision.kind === 'changed' ? decision.events : [];
  return event?.type === 'ORDER_PAYMENT_REFUSED' ? `${told(decision)}(${event.data.reason})` : told(decision);
};

describe('every event in every state', () => {
  const pay = (over?: object) => (state: OrderState) => markPaid(stored(state), payment(over), 300, now);
  const reasons = (
    rows: Record<OrderStatus, Cell>,
    decide: (state: OrderState) => Decision<OrderState, OrderEvent>,
  ) => {
    for (const status of STATES) {
      it(`${status} → ${rows[status]}`, () => expect(toldWithReason(decide(anOrder(status)))).toBe(rows[status]));
    }
  };
  describe('PAYMENT_SUCCESS of the right amount', () =>
    reasons(
      {
        ...refusedIn('second_payment'),
        pending_payment: 'placed PLACED',
        expired: 'expired PAYMENT_REFUSED(too_late)',
      },
      pay(),
    ));
  describe('PAYMENT_SUCCESS one paisa off', () =>
    reasons(refusedIn('wrong_amount'), pay({ amountPaise: inPaise(total - 1) })));
  describe('PAYMENT_SUCCESS in dollars', () => reasons(refusedIn('wrong_currency'), pay({ currency: 'USD' })));
  describe('PAYMENT_SUCCESS of the payment it was placed with', () =>
    table(
      {
        ...everywhere('nothing-new', {}),
        pending_payment: 'placed PLACED',
        expired: 'expired PAYMENT_REFUSED',
      },
      pay({ paymentId: 'pay_1' }),
    ));
  it('T04/T05: a late payment of a cancelled, never paid order is refused and changes nothing else', () => {
    const { paymentId: _, ...unpaid } = anOrder('cancelled');
    expect(toldWithReason(pay()(unpaid))).toBe('cancelled PAYMENT_REFUSED(too_late)');
  });
  it('refuses the same payment once, however often it is told', () => {
    const first = pay()(anOrder('expired'));
    expect(first.kind === 'changed' && told(pay()(first.state))).toBe('nothing-new');
  });

  const refund = (paymentId: string, refundedPaise: Paise = total) => ({
    orderId: id,
    refundId: 'rf_1',
    paymentId,
    amountPaise: refundedPaise,
    refundedPaise,
    reason: 'cancelled',
  });
  for (const type of ['REFUND_REQUESTED', 'REFUND_PROCESSED', 'REFUND_FAILED'] as const) {
    const event = { REFUND_REQUESTED: '', REFUND_PROCESSED: ' REFUNDED', REFUND_FAILED: ' REFUND_FAILED' }[type];
    describe(`${type} of this order's payment`, () => {
      const rows = Object.fromEntries(STATES.map((status) => [status, `${status}${event}`])) as Record<
        OrderStatus,
        Cell
      >;
      table({ ...rows, pending_payment: 'nothing-new', expired: 'nothing-new' }, (state) =>
        followRefund(id, state, type, refund('pay_1')),
      );
    });
    describe(`${type} of another payment`, () =>
      table(everywhere('nothing-new', {}), (state) => followRefund(id, state, type, refund('pay_other'))));
  }
  it('shows a part of the money back as partially refunded', () => {
    const decision = followRefund(id, anOrder('cancelled'), 'REFUND_PROCESSED', refund('pay_1', inPaise(100)));
    expect(decision.kind === 'changed' && decision.state.paymentStatus).toBe('partially_refunded');
  });
  it('does not go back to pending when the request arrives after its end', () => {
    const ended = followRefund(id, anOrder('cancelled'), 'REFUND_PROCESSED', refund('pay_1'));
    expect(ended.kind === 'changed' && told(followRefund(id, ended.state, 'REFUND_REQUESTED', refund('pay_1')))).toBe(
      'nothing-new',
    );
  });

  const snapshot = (status: DeliverySnapshot['status'], assignment: number, rider: object = {}): DeliverySnapshot => ({
    status,
    assignment,
    ...rider,
  });
  const follow = (delivery: DeliverySnapshot) => (state: OrderState) => followDelivery(id, state, delivery, now);
  const remembered = { placed: 'placed', accepted: 'accepted', preparing: 'preparing' };
  describe('RIDER_ASSIGNED', () =>
    table(
      everywhere('nothing-new', { ...remembered, ready_for_rider: 'rider_assigned RIDER_ASSIGNED' }),
      follow(snapshot('assigned', 1, riderA)),
    ));
  describe('RIDER_ASSIGNED to another, the unassignment missed', () =>
    table(
      everywhere('nothing-new', {
        ...remembered,
        ready_for_rider: 'rider_assigned RIDER_ASSIGNED',
        rider_assigned: 'rider_assigned RIDER_UNASSIGNED RIDER_ASSIGNED',
      }),
      follow(snapshot('assigned', 2, riderB)),
    ));
  describe('RIDER_UNASSIGNED', () =>
    table(
      everywhere('nothing-new', { ...remembered, rider_assigned: 'ready_for_rider RIDER_UNASSIGNED' }),
      follow(snapshot('searching', 1)),
    ));
  describe('D9, F25: DELIVERY_PICKED_UP, the assignment perhaps missed', () =>
    table(
      everywhere('nothing-new', {
        ...remembered,
        ready_for_rider: 'picked_up RIDER_ASSIGNED PICKED_UP',
        rider_assigned: 'picked_up PICKED_UP',
        cancelled: 'cancelled CASE_OPENED',
      }),
      follow(snapshot('picked_up', 1, riderA)),
    ));
  describe('D9: DELIVERY_COMPLETED, everything before perhaps missed', () =>
    table(
      everywhere('nothing-new', {
        ...remembered,
        ready_for_rider: 'delivered RIDER_ASSIGNED PICKED_UP DELIVERED',
        rider_assigned: 'delivered PICKED_UP DELIVERED',
        picked_up: 'delivered DELIVERED',
        cancelled: 'cancelled CASE_OPENED',
      }),
      follow(snapshot('delivered', 1, riderA)),
    ));
  describe('DELIVERY_ESCALATED', () =>
    table(
      everywhere('nothing-new', {
        placed: 'cancelled CANCELLED',
        accepted: 'cancelled CANCELLED',
        preparing: 'cancelled CANCELLED',
        ready_for_rider: 'cancelled CANCELLED',
        rider_assigned: 'cancelled CANCELLED',
      }),
      follow(snapshot('escalated', 0)),
    ));
  it('D7, E05: a rider who waits before the food is ready is told of with it, in one write', () => {
    const waiting = follow(snapshot('assigned', 1, riderA))(anOrder('preparing'));
    expect(waiting.kind === 'changed' && told(markReady(id, waiting.state, now))).toBe(
      'rider_assigned READY_FOR_RIDER RIDER_ASSIGNED',
    );
  });
});

describe('clocks', () => {
  it('nothing happens before the time has come', () => {
    expect(expireOrder(id, { ...anOrder('pending_payment'), expiresAt: later }, now).kind).toBe('nothing-new');
    expect(rejectUnanswered(id, { ...anOrder('placed'), answerBy: later }, now).kind).toBe('nothing-new');
  });
  it('only an order that waits for money or for an answer has a next action', () => {
    const timed = STATES.filter((status) => orderNextActionAt(anOrder(status)) !== undefined);
    expect(timed).toEqual(['pending_payment', 'placed']);
  });
  it('an accepted order is due when the kitchen said', () => {
    const decision = acceptOrder(id, anOrder('placed'), 25, now);
    expect(decision.kind === 'changed' && decision.state.readyBy).toBe('2026-11-01T10:25:00.000Z');
  });
});

describe('events', () => {
  it('every event a rule makes fits the catalogue', () => {
    const made: OrderEvent[] = [];
    const collect = (decision: Decision<OrderState, OrderEvent>) => {
      if (decision.kind === 'changed') made.push(...decision.events);
    };
    for (const status of STATES) {
      const state = anOrder(status);
      collect(acceptOrder(id, state, 5, now));
      collect(rejectOrder(id, state, 'closed'));
      collect(startPreparing(id, state));
      collect(markReady(id, state, now));
      collect(cancelOrder(id, state, 'admin', 'test'));
      collect(markPaid(stored(state), payment(), 300, now));
      collect(expireOrder(id, state, now));
      collect(followDelivery(id, state, { status: 'delivered', assignment: 1, ...riderA }, now));
    }
    expect(made.length).toBeGreaterThan(20);
    for (const { type, version, data } of made) {
      const schemas: Record<number, { safeParse(data: unknown): { success: boolean } }> = EVENTS[type].versions;
      expect(schemas[version]?.safeParse(data).success, type).toBe(true);
    }
  });
  it('the offer’s place is an area, and never blank', () => {
    const oneLine = { ...anOrder('preparing').deliveryAddress, formattedAddress: '5 MG Road' };
    const decision = markReady(id, { ...anOrder('preparing'), deliveryAddress: oneLine }, now);
    expect(decision).toMatchObject({ events: [{ data: { dropoffArea: 'MG Road' } }] });
  });
});

describe('prices', () => {
  const FEES_PAISE = 5_600;
  const aLine = fc.record({
    pricePaise: fc.integer({ min: 1, max: 10_000_000 }).map(inPaise),
    quantity: fc.integer({ min: 1, max: 50 }),
  });
  it('the total is the sum of its parts in whole paise, whatever is ordered, up to what an order may come to', () => {
    fc.assert(
      fc.property(fc.array(aLine, { minLength: 1, maxLength: 30 }), (lines) => {
        const prices = priceOrder(lines.map((line) => ({ ...line, itemId: placeOrderItem, name: 'x' })));
        const pricePaise = lines.reduce((sum, line) => sum + line.pricePaise * line.quantity, 0);
        if (!prices) return expect(pricePaise + FEES_PAISE).toBeGreaterThan(MOST_PAISE);
        const { subtotalPaise, deliveryFeePaise, platformFeePaise, totalPaise } = prices;
        expect(subtotalPaise).toBe(pricePaise);
        expect(totalPaise).toBe(subtotalPaise + deliveryFeePaise + platformFeePaise);
        expect(deliveryFeePaise).toBe(subtotalPaise < 25_000 ? 4_900 : 0);
        expect(Number.isSafeInteger(totalPaise)).toBe(true);
      }),
    );
  });
  it('each started kilometre earns, the first always', () => {
    const at = (lng: number) => ({ type: 'Point' as const, coordinates: [lng, 0] as [number, number] });
    expect(riderEarningPaise(at(0), at(0))).toBe(1_700);
    expect(riderEarningPaise(at(0), at(0.0091))).toBe(3_400); // 1,013 m along the equator
  });
});

const placeOrderItem = placeOrder.shape.items.element.shape.itemId.parse('4'.repeat(24));
