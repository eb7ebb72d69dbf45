import { useSignal } from '@preact/signals';
import type { OrderView } from '@tiffin/contracts/order-api';
import { duration, rupees, STATUS_WORDS, shortId } from '../shell/words.ts';
import type { KitchenApp } from './kitchen-app.ts';
import { hasEnded } from './order-progress.ts';
import { type KitchenVerb, kitchenVerbs } from './order-verbs.ts';
import { ORDER_MONEY_WORDS } from './state-words.ts';

const BUTTONS: Readonly<Record<KitchenVerb, string>> = {
  accept: 'Accept',
  reject: 'Reject',
  prepare: 'Start preparing',
  ready: 'Ready',
  cancel: 'Cancel',
};
const PREP_MINUTES = 10;
const MOST_PREP_MINUTES = 180;

/** One order as the kitchen sees it. */
export const KitchenOrder = ({ app, order, nowMs }: { app: KitchenApp; order: OrderView; nowMs: number }) => {
  const prepMinutes = useSignal(PREP_MINUTES);
  const reason = useSignal('A dish is sold out');
  const verbs = kitchenVerbs(order.status);
  const does = (verb: KitchenVerb) => () =>
    void app.command(order, verb, { prepMinutes: prepMinutes.value, reason: reason.value });
  const isAllowed = (verb: KitchenVerb) =>
    (verb !== 'reject' || reason.value.trim() !== '') && (verb !== 'accept' || Number.isInteger(prepMinutes.value));
  return (
    <article class="card stack" aria-label={`Order ${shortId(order._id)}`}>
      <p>
        <b>{STATUS_WORDS[order.status]}</b>{' '}
        <span class="quiet">
          {shortId(order._id)}
          {!hasEnded(order.status) && `, ${duration(nowMs - Date.parse(order.createdAt))} old`}
        </span>
      </p>
      <ul>
        {order.items.map(({ itemId, name, quantity }) => (
          <li key={itemId}>
            {quantity} × {name}
          </li>
        ))}
      </ul>
      <p class="quiet">
        {rupees(order.totalPaise)}, {ORDER_MONEY_WORDS[order.paymentStatus]}
        {order.riderName !== undefined && `. Rider: ${order.riderName}`}
      </p>
      {verbs.includes('accept') && (
        <p class="field">
          <label for={`minutes-${order._id}`}>Minutes to prepare</label>
          <input
            id={`minutes-${order._id}`}
            type="number"
            min="1"
            max={MOST_PREP_MINUTES}
            value={prepMinutes.value}
            onInput={({ currentTarget }) => {
              prepMinutes.value = currentTarget.valueAsNumber;
            }}
          />
        </p>
      )}
      {verbs.includes('cancel') && (
        <p class="field">
          <label for={`reason-${order._id}`}>Reason, if it ends here</label>
          <input
            id={`reason-${order._id}`}
            maxlength={300}
            value={reason.value}
            onInput={({ currentTarget }) => {
              reason.value = currentTarget.value;
            }}
          />
        </p>
      )}
      {verbs.length > 0 && (
        <div class="buttons">
          {verbs.map((verb, index) => (
            <button
              key={verb}
              type="button"
              class={index === 0 && verb !== 'cancel' ? 'primary' : undefined}
              disabled={app.errand.isBusy.value || !isAllowed(verb)}
              onClick={does(verb)}
            >
              {BUTTONS[verb]}
            </button>
          ))}
        </div>
      )}
    </article>
  );
};
