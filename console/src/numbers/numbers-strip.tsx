import { useSignal } from '@preact/signals';
import * as z from 'zod';
import type { Desk } from '../shell/desk.ts';
import { useEvery } from '../shell/use-every.ts';
import { milliseconds } from '../shell/words.ts';
import type { Spread } from './spread.ts';

const queueList = z.object({
  items: z.array(
    z.object({
      queue: z.string(),
      ready: z.number(),
      retry: z.array(z.object({ messages: z.number() })),
      dead: z.number(),
    }),
  ),
});

const LOOK_MS = 2_000;

/** The numbers that matter, in one row that is always there. */
export const NumbersStrip = ({ desk }: { desk: Desk }) => {
  const { figures, doors } = desk;
  const depths = useSignal<{ waiting: number; retrying: number; dead: number }>();
  useEvery(LOOK_MS, async () => {
    const answer = await doors.ask({ part: 'utils', path: '/admin/queues' }, queueList);
    if (answer.kind !== 'answered') {
      depths.value = undefined;
      return;
    }
    const { items } = answer.body;
    const sum = (of: (item: (typeof items)[number]) => number) => items.reduce((total, item) => total + of(item), 0);
    depths.value = {
      waiting: sum(({ ready }) => ready),
      retrying: sum(({ retry }) => retry.reduce((total, { messages }) => total + messages, 0)),
      dead: sum(({ dead }) => dead),
    };
  });
  const { paidToKitchen, readyToOffer, offerToAccept } = figures.latencies.value;
  const { waiting, retrying, dead } = depths.value ?? {};
  return (
    <section class="strip" aria-label="Numbers">
      <Figure name="orders" value={`${figures.ordersPerMinute.value}/min`} title="Placed in the last 60 seconds">
        <Sparkline values={figures.ordersByMinute.value} />
      </Figure>
      <Timing name="paid → kitchen told" spread={paidToKitchen} title="From PAYMENT_SUCCESS to ORDER_PLACED" />
      <Timing
        name="ready → offer"
        spread={readyToOffer}
        title="From ORDER_READY_FOR_RIDER to the first DELIVERY_OFFERED"
      />
      <Timing
        name="offer → accepted"
        spread={offerToAccept}
        title="From the first DELIVERY_OFFERED to RIDER_ASSIGNED"
      />
      <Figure
        name="waiting in queues"
        value={waiting ?? '–'}
        title="Messages in the durable queues, not taken up yet"
      />
      <Figure name="retries" value={retrying ?? '–'} title="Messages waiting for another try" />
      <Figure
        name="dead letters"
        value={dead ?? '–'}
        bad={(dead ?? 0) > 0}
        title="Messages that were given up; see Dead letters"
      />
      <Figure
        name="lost"
        value={figures.lost.value}
        zero
        title="Orders that stand still longer than the design allows, from their events"
      />
      <Figure
        name="assigned twice"
        value={figures.doubleAssigned.value}
        zero
        title="Orders with two riders or riders with two orders at one time, from the events of the deliveries"
      />
      <Figure
        name="missing events"
        value={figures.gaps.value}
        zero
        title={`Holes in the numbering of the streams, of ${figures.events.value} events read`}
      />
    </section>
  );
};

const Figure = ({
  name,
  value,
  title,
  zero = false,
  bad = false,
  children,
}: {
  name: string;
  value: string | number;
  title: string;
  zero?: boolean;
  bad?: boolean;
  children?: preact.ComponentChildren;
}) => {
  const sign = zero ? (value === 0 ? 'good' : 'bad') : bad ? 'warn' : '';
  return (
    <div class={`figure ${sign}`} title={title} data-figure={name}>
      <b>{value}</b>
      <span>{name}</span>
      {children}
    </div>
  );
};

const Timing = ({ name, spread, title }: { name: string; spread: Spread; title: string }) => (
  <Figure
    name={name}
    value={spread.count === 0 ? '–' : milliseconds(spread.p50)}
    title={`${title}. Median, of the newest ${spread.count}`}
  >
    <small>
      {spread.count === 0 ? 'none yet' : `p95 ${milliseconds(spread.p95)} · p99 ${milliseconds(spread.p99)}`}
    </small>
  </Figure>
);

const WIDTH = 60;
const HEIGHT = 14;

const Sparkline = ({ values }: { values: readonly number[] }) => {
  const highest = Math.max(1, ...values);
  const step = WIDTH / Math.max(1, values.length);
  return (
    <svg class="spark" height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {values.map((value, index) => {
        const height = (value / highest) * HEIGHT;
        return <rect key={index} x={index * step} y={HEIGHT - height} width={step - 1} height={height} />;
      })}
    </svg>
  );
};
