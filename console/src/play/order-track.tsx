import { useSignal } from '@preact/signals';
import { distanceM } from '@tiffin/contracts/geo';
import type { OrderView } from '@tiffin/contracts/order-api';
import { useEvery } from '../shell/use-every.ts';
import { duration, metres, rupees, STATUS_WORDS, shortId, timeOfDay } from '../shell/words.ts';
import { PAY_BUTTON_ID } from './checkout-dialog.tsx';
import type { CustomerApp } from './customer-app.ts';
import { hasEnded, progressOf } from './order-progress.ts';
import { customerMayCancel } from './order-verbs.ts';
import { ORDER_MONEY_WORDS, PAYMENT_WORDS, REFUND_WORDS } from './state-words.ts';

/** An order as its customer follows it: how far it is, where the rider is, and where the money is. */
export const OrderTrack = ({ app, order }: { app: CustomerApp; order: OrderView }) => {
  const { value: isBusy } = app.errand.isBusy;
  const isUnpaid = order.status === 'pending_payment';
  return (
    <div class="stack">
      <h3>
        Order {shortId(order._id)} from {order.restaurantName}
      </h3>
      <OrderLines order={order} />
      {isUnpaid && <PayWithin order={order} />}
      <Progress order={order} />
      <RiderLine app={app} order={order} />
      {order.deliveryCode !== undefined && !hasEnded(order.status) && (
        <p>
          Code for the rider at the door: <code>{order.deliveryCode}</code>
        </p>
      )}
      <Money app={app} order={order} />
      <div class="buttons">
        {isUnpaid && (
          <button
            id={PAY_BUTTON_ID}
            type="button"
            class="primary"
            disabled={isBusy}
            onClick={() => void app.openCheckout()}
          >
            Pay
          </button>
        )}
        {customerMayCancel(order.status) && (
          <button type="button" disabled={isBusy} onClick={() => void app.cancel()}>
            Cancel order
          </button>
        )}
        {hasEnded(order.status) && (
          <button type="button" class="primary" onClick={app.orderAgain}>
            Order again
          </button>
        )}
      </div>
    </div>
  );
};

const OrderLines = ({ order }: { order: OrderView }) => (
  <p>
    {order.items.map(({ name, quantity }) => `${quantity} × ${name}`).join(', ')}.{' '}
    <span class="quiet">
      {rupees(order.subtotalPaise)} + delivery {rupees(order.deliveryFeePaise)} + platform{' '}
      {rupees(order.platformFeePaise)} =
    </span>{' '}
    <b>{rupees(order.totalPaise)}</b>
  </p>
);

const PayWithin = ({ order: { expiresAt } }: { order: OrderView }) => {
  const now = useSignal(Date.now());
  useEvery(1_000, () => {
    now.value = Date.now();
  });
  if (expiresAt === undefined) return null;
  return <p class="quiet">To be paid within {duration(Date.parse(expiresAt) - now.value)}.</p>;
};

const Progress = ({ order: { status, readyBy } }: { order: OrderView }) => {
  const steps = progressOf(status);
  if (!steps) return <p class="warning">The order was {STATUS_WORDS[status].toLowerCase()}.</p>;
  return (
    <>
      <ol class="progress" aria-label="Progress of the order">
        {steps.map((step) => (
          <li key={step.status} class={step.state} aria-current={step.state === 'now' ? 'step' : undefined}>
            {step.state === 'done' ? '✓ ' : step.state === 'now' ? '▸ ' : '· '}
            {STATUS_WORDS[step.status]}
            {step.state === 'done' && <span class="unseen"> (done)</span>}
          </li>
        ))}
      </ol>
      {readyBy !== undefined && (status === 'accepted' || status === 'preparing') && (
        <p class="quiet">The kitchen wants to be ready by {timeOfDay(readyBy).slice(0, 5)}.</p>
      )}
    </>
  );
};

const RiderLine = ({ app, order }: { app: CustomerApp; order: OrderView }) => {
  const isFetching = order.status === 'rider_assigned';
  if (!isFetching && order.status !== 'picked_up') return null;
  const { value: riderAt } = app.riderAt;
  const who = order.riderName ?? 'Your rider';
  const goal = isFetching ? order.pickup : order.deliveryAddress.location;
  return (
    <p>
      {riderAt
        ? `${who} is ${metres(distanceM(riderAt, goal))} from ${isFetching ? 'the kitchen' : 'your door'}.`
        : `${who} comes; the place is not known yet.`}
    </p>
  );
};

const Money = ({ app, order }: { app: CustomerApp; order: OrderView }) => {
  const { value: payment } = app.payment;
  return (
    <div>
      <p>
        Money: {ORDER_MONEY_WORDS[order.paymentStatus]}.{' '}
        {payment && <span class="quiet">Payment: {PAYMENT_WORDS[payment.status]}.</span>}
      </p>
      {app.note.value !== '' && order.status === 'pending_payment' && <p class="warning">{app.note.value}</p>}
      {payment && payment.refunds.length > 0 && (
        <ul aria-label="Refunds">
          {payment.refunds.map(({ id, amountPaise, status, reason }) => (
            <li key={id}>
              Refund of {rupees(amountPaise)}: {REFUND_WORDS[status]} <span class="quiet">({reason})</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
};
