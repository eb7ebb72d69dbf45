import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Notice } from '../shell/notice.tsx';
import { rupees } from '../shell/words.ts';
import type { Checkout, CustomerApp } from './customer-app.ts';
import { type CheckoutWay, isPayMethod, PAY_METHODS, type PayMethod } from './pay-at-checkout.ts';

/** The button that opens it. */
export const PAY_BUTTON_ID = 'play-pay';

/** Looks like the gateway's checkout page, and plays it: nothing of it is the shop's. */
export const CheckoutDialog = ({ app, checkout }: { app: CustomerApp; checkout: Checkout }) => {
  const dialog = useRef<HTMLDialogElement>(null);
  const method = useSignal<PayMethod>('upi');
  useEffect(() => {
    const { current: shown } = dialog;
    shown?.showModal();
    return () => {
      shown?.close();
      // The button it came from was off while the checkout was asked for, and so the browser cannot give the focus back.
      document.getElementById(PAY_BUTTON_ID)?.focus();
    };
  }, []);

  const { value: isBusy } = app.errand.isBusy;
  const pay = (way: CheckoutWay) => () => void app.pay(method.value, way);
  return (
    <dialog ref={dialog} class="checkout" aria-labelledby="checkout-title" onClose={app.closeCheckout}>
      <h3 id="checkout-title">Fake checkout</h3>
      <p class="amount">{rupees(checkout.amountPaise)}</p>
      <p class="quiet">
        to Tiffin, gateway order <code>{checkout.razorpayOrderId}</code>
      </p>
      <label for="checkout-method">Pay with</label>
      <select
        id="checkout-method"
        value={method.value}
        onChange={({ currentTarget: { value } }) => {
          if (isPayMethod(value)) method.value = value;
        }}
      >
        {Object.entries(PAY_METHODS).map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      <Notice answer={app.errand.problem.value} />
      <div class="stack">
        <button type="button" class="primary" disabled={isBusy} onClick={pay('pays')}>
          Pay now
        </button>
        <button type="button" disabled={isBusy} onClick={pay('fails')}>
          Fail: the bank says no
        </button>
        <button type="button" disabled={isBusy} onClick={pay('dies')}>
          Pay, but the browser dies: only the webhook tells
        </button>
        <button type="button" class="quiet" onClick={app.closeCheckout}>
          Back to the shop
        </button>
      </div>
    </dialog>
  );
};
