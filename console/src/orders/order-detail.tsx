import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Desk } from '../shell/desk.ts';
import { Notice } from '../shell/notice.tsx';
import { duration, metres, rupees, STATUS_WORDS, shortId, timeOfDay } from '../shell/words.ts';
import { readStory, type Story } from './order-story.ts';

const REFRESH_MS = 2_000;

/** The story of the chosen order, beside the page; empty while none is chosen. It goes on by itself while it is open. */
export const OrderDetail = ({ desk }: { desk: Desk }) => {
  const id = desk.orders.shown.value;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (id !== undefined && dialog.current && !dialog.current.open) dialog.current.showModal();
    if (id === undefined) dialog.current?.close();
  }, [id]);
  return (
    <dialog ref={dialog} class="detail" aria-label="One order" onClose={() => desk.orders.show(undefined)}>
      {id !== undefined && <OneOrder key={id} id={id} desk={desk} />}
    </dialog>
  );
};

const OneOrder = ({ id, desk }: { id: string; desk: Desk }) => {
  const story = useSignal<Story>();
  useEffect(() => {
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async () => {
      const found = await readStory(desk.doors, id);
      if (over) return;
      story.value = found;
      timer = setTimeout(() => void read(), REFRESH_MS);
    };
    void read();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [id, desk, story]);

  const known = story.value;
  return (
    <>
      <header>
        <h2>
          Order <code title={id}>{shortId(id)}</code>
        </h2>
        <button type="button" onClick={() => desk.orders.show(undefined)}>
          Close
        </button>
      </header>
      {known ? <Chapters story={known} desk={desk} /> : <p class="quiet">Reading …</p>}
    </>
  );
};

const Chapters = ({ story, desk }: { story: Story; desk: Desk }) => (
  <>
    <OrderChapter story={story} />
    <PaymentChapter story={story} />
    <DeliveryChapter story={story} desk={desk} />
    <WhyThisRider story={story} desk={desk} />
    <Timeline story={story} />
    <RawEvents story={story} />
  </>
);

const OrderChapter = ({ story: { order } }: { story: Story }) => {
  if (order.kind !== 'answered') return <Notice answer={order} />;
  const { restaurantName, status, paymentStatus, items, totalPaise, deliveryAddress, userId, readyBy, eta } =
    order.body.order;
  return (
    <section>
      <h3>What was ordered</h3>
      <dl>
        <dt>State</dt>
        <dd data-status={status}>{STATUS_WORDS[status]}</dd>
        <dt>Payment</dt>
        <dd>{paymentStatus}</dd>
        <dt>Kitchen</dt>
        <dd>{restaurantName}</dd>
        <dt>Customer</dt>
        <dd>{userId}</dd>
        <dt>To</dt>
        <dd>{deliveryAddress.formattedAddress}</dd>
        <dt>Items</dt>
        <dd>
          {items.map(({ quantity, name, pricePaise }) => `${quantity} × ${name} (${rupees(pricePaise)})`).join(', ')}
        </dd>
        <dt>Total</dt>
        <dd>{rupees(totalPaise)}</dd>
        {readyBy !== undefined && (
          <>
            <dt>Promised for</dt>
            <dd>{timeOfDay(readyBy)}</dd>
          </>
        )}
        {eta && (
          <>
            <dt>At the door</dt>
            <dd>
              {timeOfDay(eta.earliest)} to {timeOfDay(eta.latest)}
            </dd>
          </>
        )}
      </dl>
    </section>
  );
};

const PaymentChapter = ({ story: { payment } }: { story: Story }) => (
  <section>
    <h3>Payment</h3>
    {payment?.kind === 'answered' ? (
      <dl>
        <dt>State</dt>
        <dd>{payment.body.payment.status}</dd>
        <dt>Amount</dt>
        <dd>{rupees(payment.body.payment.amountPaise)}</dd>
        <dt>Gateway order</dt>
        <dd>
          <code>{payment.body.payment.gatewayOrderId}</code>
        </dd>
        {payment.body.payment.refunds.map(({ id, amountPaise, status, reason }) => (
          <>
            <dt>Refund</dt>
            <dd key={id}>
              {rupees(amountPaise)}, {status}: {reason}
            </dd>
          </>
        ))}
      </dl>
    ) : (
      <p class="quiet">{payment?.detail ?? 'Not begun.'}</p>
    )}
  </section>
);

const riderName = (desk: Desk, id: string): string => desk.city.riderName(id) ?? shortId(id);

const DeliveryChapter = ({ story: { trip }, desk }: { story: Story; desk: Desk }) => {
  if (trip?.kind !== 'answered') {
    return (
      <section>
        <h3>Delivery</h3>
        <p class="quiet">{trip?.detail ?? 'The search begins when the kitchen says the food is ready.'}</p>
      </section>
    );
  }
  const { delivery, offers } = trip.body;
  return (
    <section>
      <h3>Delivery</h3>
      <dl>
        <dt>State</dt>
        <dd>{delivery.status}</dd>
        {delivery.riderId !== undefined && (
          <>
            <dt>Rider</dt>
            <dd>{riderName(desk, delivery.riderId)}</dd>
          </>
        )}
        {delivery.earningPaise !== undefined && (
          <>
            <dt>Earning</dt>
            <dd>{rupees(delivery.earningPaise)}</dd>
          </>
        )}
      </dl>
      <table class="cards" aria-label="Offers">
        <thead>
          <tr>
            <th>Offer to</th>
            <th>Wave</th>
            <th>Distance</th>
            <th>Became</th>
            <th>Until</th>
          </tr>
        </thead>
        <tbody>
          {offers.map((offer) => (
            <tr key={offer.offerId}>
              <td data-label="Offer to">{riderName(desk, offer.riderId)}</td>
              <td data-label="Wave">{offer.wave}</td>
              <td data-label="Distance">{metres(offer.distanceM)}</td>
              <td data-label="Became">{offer.state}</td>
              <td data-label="Until">{timeOfDay(offer.expiresAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {offers.length === 0 && <p class="quiet">No offer yet.</p>}
    </section>
  );
};

const WhyThisRider = ({ story: { decisions }, desk }: { story: Story; desk: Desk }) => {
  if (decisions?.kind !== 'answered' || decisions.body.items.length === 0) return null;
  return (
    <section>
      <h3>Why this rider?</h3>
      {decisions.body.items.map(({ at, wave, radiusM, considered, candidates, offered, outcomes }) => (
        <details key={`${at} ${wave}`}>
          <summary>
            {timeOfDay(at)}: wave {wave}, within {metres(radiusM)}, {considered} considered, {offered.length} asked
          </summary>
          <table>
            <thead>
              <tr>
                <th>Rider</th>
                <th>Distance</th>
                <th>Score</th>
                <th>Outcome</th>
              </tr>
            </thead>
            <tbody>
              {candidates.map((candidate) => (
                <tr key={candidate.riderId}>
                  <td>{riderName(desk, candidate.riderId)}</td>
                  <td>{metres(candidate.distanceM)}</td>
                  <td>{candidate.score}</td>
                  <td>
                    {outcomes.find(({ riderId }) => riderId === candidate.riderId)?.state ??
                      candidate.excluded ??
                      'not asked'}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      ))}
    </section>
  );
};

type Entry = { readonly id: string; readonly at: string; readonly type: string; readonly source: string };

const Timeline = ({ story: { own, logged } }: { story: Story }) => {
  const entries = new Map<string, Entry>();
  if (own.kind === 'answered') {
    for (const { id, timestamp, type, source } of own.body.items) entries.set(id, { id, at: timestamp, type, source });
  }
  if (logged.kind === 'answered') {
    for (const { id, timestamp, type, source } of logged.body.items)
      entries.set(id, { id, at: timestamp, type, source });
  }
  const sorted = [...entries.values()].toSorted((one, other) => one.at.localeCompare(other.at));
  const [first] = sorted;
  return (
    <section>
      <h3>Timeline</h3>
      <Notice answer={own} />
      <ol class="timeline" aria-label="Timeline">
        {sorted.map(({ id, at, type, source }) => (
          <li key={id}>
            <time dateTime={at}>{timeOfDay(at)}</time>
            <span class="quiet">+{duration(Date.parse(at) - Date.parse(first?.at ?? at))}</span>
            <b>{type}</b>
            <span class="quiet">{source}</span>
          </li>
        ))}
      </ol>
    </section>
  );
};

const RawEvents = ({ story: { own, logged } }: { story: Story }) => {
  const events = logged.kind === 'answered' && logged.body.items.length > 0 ? logged.body.items : undefined;
  const shown = events ?? (own.kind === 'answered' ? own.body.items : []);
  return (
    <details>
      <summary>Raw events ({shown.length})</summary>
      <pre>{JSON.stringify(shown, undefined, 2)}</pre>
    </details>
  );
};
