import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Point } from '@tiffin/contracts/geo';
import type { RestaurantId } from '@tiffin/contracts/ids';
import { type OrderView, orderList, orderReply } from '@tiffin/contracts/order-api';
import { checkout as checkoutReply, type PaymentView, paymentReply } from '@tiffin/contracts/payment-api';
import { pushes } from '@tiffin/contracts/pushes';
import { type ItemView, itemList } from '@tiffin/contracts/restaurant-api';
import type * as z from 'zod';
import type { Answer, Doors } from '../doors/doors.ts';
import { STATUS_WORDS } from '../shell/words.ts';
import type { AppLink } from './app-link.ts';
import { createErrand, type Errand } from './errand.ts';
import { followOrder, type OrderPush } from './follow-order.ts';
import { keyFor, type OrderKey } from './order-key.ts';
import { type CheckoutWay, type PayMethod, payAtCheckout } from './pay-at-checkout.ts';

export type Checkout = z.infer<typeof checkoutReply>;
type Address = { readonly formattedAddress: string; readonly phone: string };

export type CustomerApp = {
  readonly errand: Errand;
  readonly link: AppLink;
  readonly menu: ReadonlySignal<readonly ItemView[]>;
  /** How many of each dish. */
  readonly basket: Signal<Readonly<Record<string, number>>>;
  readonly address: Signal<Address>;
  readonly order: ReadonlySignal<OrderView | undefined>;
  readonly payment: ReadonlySignal<PaymentView | undefined>;
  /** While the fake checkout is open. */
  readonly checkout: ReadonlySignal<Checkout | undefined>;
  readonly riderAt: ReadonlySignal<Point | undefined>;
  /** The newest thing worth saying aloud. */
  readonly said: ReadonlySignal<string>;
  /** What became of the checkout, where the payment itself does not say it. */
  readonly note: ReadonlySignal<string>;
  readMenu(restaurantId: RestaurantId): Promise<unknown>;
  placeOrder(restaurantId: RestaurantId): Promise<unknown>;
  openCheckout(): Promise<unknown>;
  closeCheckout(): void;
  pay(method: PayMethod, way: CheckoutWay): Promise<unknown>;
  cancel(): Promise<unknown>;
  /** Puts an order that has ended aside. */
  orderAgain(): void;
  /** Reads again what no push tells: the payment while it moves, and the order after a push was lost. */
  catchUp(): Promise<void>;
};

/** The app of a customer: orders, pays at the checkout, and follows the order to the door. */
export const createCustomerApp = ({ doors, link, home }: { doors: Doors; link: AppLink; home: Point }): CustomerApp => {
  const errand = createErrand();
  const menu = signal<readonly ItemView[]>([]);
  const basket = signal<Readonly<Record<string, number>>>({});
  const address = signal<Address>({
    formattedAddress: '12 Hand Lane, Shivaji Nagar, Bengaluru',
    phone: '+91 98450 12345',
  });
  const order = signal<OrderView | undefined>();
  const payment = signal<PaymentView | undefined>();
  const checkout = signal<Checkout | undefined>();
  const riderAt = signal<Point | undefined>();
  const said = signal('');
  const note = signal('');
  let kept: OrderKey | undefined;
  let isBehind = false;
  let hasStarted = false;

  /** What was read is believed where it is newer than what was heard. */
  const keep = (read: OrderView) => {
    const current = order.value;
    if (current?._id === read._id && current.seq >= read.seq) return;
    order.value = read;
  };

  const readMoney = async () => {
    const asked = order.value;
    if (!asked) return;
    // Nothing has been begun to pay: the service would answer that there is no such payment.
    if (asked.paymentStatus === 'pending' && checkout.value === undefined && payment.value === undefined) return;
    const found = await doors.ask({ part: 'utils', path: `/api/v1/payments/${asked._id}` }, paymentReply);
    if (order.value?._id !== asked._id) return;
    // No payment yet is no problem; a service that is away is asked again soon.
    if (found.kind === 'answered') payment.value = found.body.payment;
  };

  const take = (push: OrderPush) => {
    const current = order.value;
    if (current?._id !== push.payload.orderId) return;
    const followed = followOrder(current, push);
    if (followed.kind === 'missed') void watch();
    if (followed.kind !== 'applied') return;
    order.value = followed.order;
    if (followed.order.status !== current.status) said.value = `Your order: ${STATUS_WORDS[followed.order.status]}.`;
    // What the order says of its money has its reason in the payment.
    void readMoney();
  };

  const watch = async () => {
    const current = order.value;
    if (!current) return;
    isBehind = true;
    const answer = await link.watch(current._id, current.seq);
    if (!answer?.ok || order.value?._id !== current._id) return;
    isBehind = false;
    if (answer.snapshot) keep(answer.snapshot);
    for (const push of answer.events ?? []) take(push);
    if (answer.location) riderAt.value = answer.location.location;
  };

  /** The newest order of this customer, the first time; whatever was missed meanwhile, each time after. */
  const load = async () => {
    if (!hasStarted) {
      const listed = await errand.inTurn(() =>
        doors.ask({ part: 'restaurant', path: '/api/v1/orders?limit=1' }, orderList),
      );
      if (listed.kind !== 'answered') {
        isBehind = true;
        return;
      }
      hasStarted = true;
      const [newest] = listed.body.items;
      if (newest) keep(newest);
    }
    isBehind = false;
    await watch();
    await readMoney();
  };

  link.onConnect(() => void load());
  link.hear('order:update', pushes['order:update'], (payload) => take({ event: 'order:update', payload }));
  link.hear('order:rider_assigned', pushes['order:rider_assigned'], (payload) =>
    take({ event: 'order:rider_assigned', payload }),
  );
  link.hear('rider:location', pushes['rider:location'], ({ orderId, location }) => {
    if (orderId === order.value?._id) riderAt.value = location;
  });

  return {
    errand,
    link,
    menu,
    basket,
    address,
    order,
    payment,
    checkout,
    riderAt,
    said,
    note,
    readMenu: (restaurantId) =>
      errand.inTurn(async () => {
        const path = `/api/v1/restaurants/${restaurantId}/items`;
        const listed = await doors.ask({ part: 'restaurant', path }, itemList);
        if (listed.kind === 'answered') menu.value = listed.body.items;
        return listed;
      }),
    placeOrder: (restaurantId) =>
      errand.press(async () => {
        const items = menu.value
          .map(({ _id }) => ({ itemId: _id, quantity: basket.value[_id] ?? 0 }))
          .filter(({ quantity }) => quantity > 0);
        const body = { restaurantId, items, deliveryAddress: { ...address.value, location: home } };
        kept = keyFor(kept, JSON.stringify(body), () => crypto.randomUUID());
        const headers = { 'idempotency-key': kept.key };
        const placed = await doors.ask(
          { part: 'restaurant', path: '/api/v1/orders', method: 'POST', body, headers },
          orderReply,
        );
        // Only an answer ends it: after none, the next press is a retry of this order and not another one.
        if (placed.kind !== 'away') kept = undefined;
        if (placed.kind !== 'answered') return placed;
        order.value = placed.body.order;
        payment.value = undefined;
        riderAt.value = undefined;
        note.value = '';
        basket.value = {};
        void watch();
        return placed;
      }),
    openCheckout: () =>
      errand.press(async () => {
        const body = { orderId: order.value?._id };
        const opened = await doors.ask(
          { part: 'utils', path: '/api/v1/payments', method: 'POST', body },
          checkoutReply,
        );
        if (opened.kind === 'answered') checkout.value = opened.body;
        note.value = '';
        return opened;
      }),
    closeCheckout: () => {
      checkout.value = undefined;
    },
    pay: (method, way) =>
      errand.press(async (): Promise<Answer<unknown>> => {
        const { value: open } = checkout;
        if (!open) return { kind: 'away', detail: 'The checkout is closed.' };
        const paid = await payAtCheckout(doors, open.razorpayOrderId, method, way);
        checkout.value = undefined;
        note.value = paid.note;
        await readMoney();
        return paid.answer;
      }),
    cancel: () =>
      errand.press(async () => {
        const path = `/api/v1/orders/${order.value?._id}/cancel`;
        const cancelled = await doors.ask({ part: 'restaurant', path, method: 'POST', body: {} }, orderReply);
        if (cancelled.kind === 'answered') keep(cancelled.body.order);
        return cancelled;
      }),
    orderAgain: () => {
      order.value = undefined;
      payment.value = undefined;
      riderAt.value = undefined;
      note.value = '';
    },
    catchUp: async () => {
      if (isBehind && link.state.value === 'live') await load();
      if (moneyMoves(order.value, payment.value)) await readMoney();
    },
  };
};

/** No push tells of a payment that fails, or of a refund on its way. */
const moneyMoves = (order: OrderView | undefined, payment: PaymentView | undefined): boolean =>
  (order?.status === 'pending_payment' && payment !== undefined) || order?.paymentStatus === 'refund_pending';
