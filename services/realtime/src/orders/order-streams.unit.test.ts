import { parseEvent } from '@tiffin/contracts/event-catalogue';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anOrder, type TestOrder } from '../an-order.fixture.ts';
import type { OrderEvent } from '../pushes/order-pushes.ts';
import { asOrderEvent } from '../pushes/push-table.ts';
import type { HistoryAnswer } from './order-history.ts';
import { createOrderStreams } from './order-streams.ts';

const TYPES = ['ORDER_CREATED', 'ORDER_PLACED', 'ORDER_ACCEPTED', 'ORDER_PREPARING', 'ORDER_READY_FOR_RIDER'] as const;

const anOrderOf = (count: number): TestOrder => {
  const order = anOrder();
  for (let at = 0; at < count; at += 1) order.next(TYPES[at % TYPES.length] ?? 'ORDER_CREATED');
  return order;
};

const eventAt = (order: TestOrder, seq: number, timestamp?: string): OrderEvent => {
  const stored = order.events[seq - 1];
  const parsed = parseEvent({ ...stored, ...(timestamp && { timestamp }) }, () => 'bare');
  const event = parsed.ok ? asOrderEvent(parsed.event) : undefined;
  if (!event) throw new Error(`no event ${seq}`);
  return event;
};

/** Streams whose history is answered by hand, whose clock is moved by hand, and whose people write down what they hear. */
const setUp = ({ heard = true }: { heard?: boolean } = {}) => {
  const told: OrderEvent[] = [];
  const withdrawn: string[] = [];
  const asked: { after: number; answer: (answer: HistoryAnswer) => void }[] = [];
  const timers = new Set<{ atMs: number; run: () => void }>();
  const clock = { ms: Date.now(), linked: true };
  let gaps = 0;
  const streams = createOrderStreams({
    history: (_orderId, after) => new Promise((answer) => asked.push({ after, answer })),
    tell: (event) => told.push(event),
    withdraw: (_orderId, rider) => withdrawn.push(rider),
    isHeard: () => heard,
    linked: () => clock.linked,
    schedule: (ms, run) => {
      const timer = { atMs: clock.ms + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    background: (work) => void work,
    now: () => new Date(clock.ms),
    measure: { gap: () => (gaps += 1), lookUp: () => undefined },
  });
  return {
    streams,
    told,
    seqs: () => told.map(({ seq }) => seq),
    withdrawn,
    asked,
    clock,
    gaps: () => gaps,
    pass: (ms: number) => {
      clock.ms += ms;
      for (const timer of [...timers]) {
        if (timer.atMs > clock.ms || !timers.delete(timer)) continue;
        timer.run();
      }
    },
    settled: () => new Promise<void>((resolve) => setImmediate(resolve)),
  };
};

const found = (order: TestOrder, after: number): HistoryAnswer => ({ kind: 'found', history: order.history(after) });

describe('the streams of this node', () => {
  it('tells an order it never heard of, when the event is young', () => {
    const { streams, seqs, clock } = setUp();
    const order = anOrderOf(3);
    streams.hear(eventAt(order, 2, new Date(clock.ms - 9 * 60_000).toISOString()));
    streams.hear(eventAt(order, 3));
    expect(seqs()).toEqual([2, 3]);
  });

  it('keeps silent about an old event of an order it never heard of', () => {
    const { streams, seqs, clock } = setUp();
    streams.hear(eventAt(anOrderOf(2), 2, new Date(clock.ms - 11 * 60_000).toISOString()));
    expect(seqs()).toEqual([]);
    expect(streams.size()).toBe(0);
  });

  it('asks for what is missing after the last it told, and tells it in front of what came early', async () => {
    const { streams, seqs, asked, gaps, settled } = setUp();
    const order = anOrderOf(4);
    streams.hear(eventAt(order, 1));
    streams.hear(eventAt(order, 4));
    streams.hear(eventAt(order, 3));
    expect(seqs()).toEqual([1]);
    expect(asked.map(({ after }) => after)).toEqual([1]);
    asked[0]?.answer(found(order, 1));
    await settled();
    expect(seqs()).toEqual([1, 2, 3, 4]);
    expect(gaps()).toBe(1);
  });

  it('needs no history when the bus only swapped two events', async () => {
    const { streams, seqs, asked, settled } = setUp();
    const order = anOrderOf(3);
    for (const seq of [1, 3, 2]) streams.hear(eventAt(order, seq));
    expect(seqs()).toEqual([1, 2, 3]);
    asked[0]?.answer(found(order, 1));
    await settled();
    expect(seqs()).toEqual([1, 2, 3]);
    expect(asked).toHaveLength(1);
  });

  it('asks again when the first answer was read before the missing event was written', async () => {
    const { streams, seqs, asked, settled } = setUp();
    const order = anOrderOf(3);
    const early = { ...order.history(1), events: [] };
    streams.hear(eventAt(order, 1));
    streams.hear(eventAt(order, 3));
    asked[0]?.answer({ kind: 'found', history: early });
    await settled();
    asked[1]?.answer(found(order, 1));
    await settled();
    expect(seqs()).toEqual([1, 2, 3]);
  });

  it('tells what it held after two seconds without an answer, and no longer answers from that ring', async () => {
    const { streams, seqs, asked, pass, settled } = setUp();
    const order = anOrderOf(5);
    streams.hear(eventAt(order, 1));
    streams.hear(eventAt(order, 4));
    asked[0]?.answer({ kind: 'away' });
    await settled();
    pass(1_999);
    expect(seqs()).toEqual([1]);
    pass(1);
    expect(seqs()).toEqual([1, 4]);
    const stream = streams.find(eventAt(order, 1).data.orderId);
    expect(stream && streams.isProven(stream)).toBe(false);
    streams.hear(eventAt(order, 5));
    expect(seqs()).toEqual([1, 4, 5]);
  });

  it('tells no event that lies beyond the end of the history, and goes on with the true ones', async () => {
    const { streams, seqs, asked, pass, settled } = setUp();
    const order = anOrderOf(3);
    const { orderId } = eventAt(order, 1).data;
    const early = order.history(1);
    streams.hear(eventAt(order, 1));
    streams.hear({ ...eventAt(order, 2), seq: 900_000 });
    asked[0]?.answer({ kind: 'found', history: { ...early, order: { ...early.order, seq: 1 }, events: [] } });
    await settled();
    pass(2_000);
    expect(seqs()).toEqual([1]);
    const stream = streams.find(orderId);
    expect(stream && streams.isProven(stream)).toBe(true);
    streams.hear(eventAt(order, 2));
    streams.hear(eventAt(order, 3));
    expect(seqs()).toEqual([1, 2, 3]);
    expect(asked).toHaveLength(1);
  });

  it('tells what the history has beyond the last it told, and not the false event behind it', async () => {
    const { streams, seqs, asked, pass, settled } = setUp();
    const order = anOrderOf(4);
    streams.hear(eventAt(order, 1));
    streams.hear({ ...eventAt(order, 2), seq: 900_000 });
    asked[0]?.answer(found(order, 1));
    await settled();
    pass(2_000);
    expect(seqs()).toEqual([1, 2, 3, 4]);
  });

  it('tells no event behind a gap when its owner knows no such order', async () => {
    const { streams, seqs, asked, pass, settled } = setUp();
    const order = anOrderOf(3);
    streams.hear(eventAt(order, 1));
    streams.hear(eventAt(order, 3));
    asked[0]?.answer({ kind: 'not-found' });
    await settled();
    pass(2_000);
    expect(seqs()).toEqual([1]);
  });

  it('believes an event that came after the history was asked for, though that answer does not reach it', async () => {
    const { streams, seqs, asked, settled } = setUp();
    const order = anOrderOf(4);
    const early = order.history(1);
    streams.hear(eventAt(order, 1));
    streams.hear({ ...eventAt(order, 2), seq: 900_000 });
    streams.hear(eventAt(order, 4));
    asked[0]?.answer({ kind: 'found', history: { ...early, order: { ...early.order, seq: 1 }, events: [] } });
    await settled();
    expect(seqs()).toEqual([1]);
    asked[1]?.answer(found(order, 1));
    await settled();
    expect(seqs()).toEqual([1, 2, 3, 4]);
  });

  it('asks once for an order, however many want to know', async () => {
    const { streams, asked, settled } = setUp();
    const order = anOrderOf(3);
    const { orderId } = eventAt(order, 1).data;
    const answers = Array.from({ length: 50 }, () => streams.lookUp(orderId, undefined));
    await settled();
    expect(asked).toHaveLength(1);
    asked[0]?.answer(found(order, 0));
    for (const answer of await Promise.all(answers)) expect(answer.kind).toBe('found');
  });

  it('asks for twenty orders at most at the same time', async () => {
    const { streams, asked, settled } = setUp();
    const orders = Array.from({ length: 30 }, () => anOrderOf(1));
    for (const order of orders) void streams.lookUp(eventAt(order, 1).data.orderId, 0);
    await settled();
    expect(asked).toHaveLength(20);
    asked[0]?.answer({ kind: 'not-found' });
    await settled();
    expect(asked).toHaveLength(21);
  });

  it('shows a last event that was lost with the old broker link, without a further one', async () => {
    const { streams, seqs, asked, settled } = setUp();
    const order = anOrderOf(2);
    streams.hear(eventAt(order, 1));
    const stream = streams.find(eventAt(order, 1).data.orderId);
    streams.linkChanged();
    expect(stream && streams.isProven(stream)).toBe(false);
    await settled();
    asked[0]?.answer(found(order, 1));
    await settled();
    expect(seqs()).toEqual([1, 2]);
    expect(stream && streams.isProven(stream)).toBe(true);
  });

  it('leaves orders nobody listens to until they are watched', async () => {
    const { streams, asked, settled } = setUp({ heard: false });
    streams.hear(eventAt(anOrderOf(1), 1));
    streams.linkChanged();
    await settled();
    expect(asked).toHaveLength(0);
  });

  it('trusts no ring while no events arrive', () => {
    const { streams, clock } = setUp();
    const event = eventAt(anOrderOf(1), 1);
    streams.hear(event);
    const stream = streams.find(event.data.orderId);
    clock.linked = false;
    expect(stream && streams.isProven(stream)).toBe(false);
  });

  it('does not trust an answer that was read in an earlier link', async () => {
    const { streams, asked, settled } = setUp();
    const order = anOrderOf(2);
    const answer = streams.lookUp(eventAt(order, 1).data.orderId, 0);
    await settled();
    streams.linkChanged();
    asked[0]?.answer(found(order, 0));
    await settled();
    expect(asked).toHaveLength(2);
    asked[1]?.answer(found(order, 0));
    const result = await answer;
    expect(result.kind === 'found' && streams.isProven(result.stream)).toBe(true);
  });

  it('takes the order from a rider whose trip is over, after telling it', async () => {
    const { streams, withdrawn, told } = setUp();
    const order = anOrderOf(5);
    order.next('ORDER_RIDER_ASSIGNED');
    order.next('ORDER_RIDER_UNASSIGNED');
    for (let seq = 1; seq <= 7; seq += 1) streams.hear(eventAt(order, seq));
    expect(withdrawn).toEqual([order.riderUserId]);
    expect(told.at(-1)?.type).toBe('ORDER_RIDER_UNASSIGNED');
  });

  it('forgets an order two hours after its end, and not before', () => {
    const { streams, clock } = setUp();
    const order = anOrder();
    order.next('ORDER_CREATED');
    order.next('ORDER_EXPIRED');
    streams.hear(eventAt(order, 1));
    streams.hear(eventAt(order, 2));
    clock.ms += 2 * 3_600_000;
    streams.forgetEnded();
    expect(streams.size()).toBe(1);
    clock.ms += 1;
    streams.forgetEnded();
    expect(streams.size()).toBe(0);
  });

  it('counts an event it does not understand, so that later ones need not wait for it', async () => {
    const { streams, seqs, asked, settled } = setUp();
    const order = anOrderOf(4);
    const history = order.history(1);
    const [second, ...rest] = history.events;
    if (!second) throw new Error('no second event');
    streams.hear(eventAt(order, 1));
    streams.hear(eventAt(order, 3));
    asked[0]?.answer({ kind: 'found', history: { ...history, events: [{ ...second, version: 99 }, ...rest] } });
    await settled();
    expect(seqs()).toEqual([1, 3, 4]);
  });
});

describe('a client behind a bus that loses, repeats and swaps', () => {
  it('ends with each event exactly once and in order', async () => {
    const plan = fc.record({
      count: fc.integer({ min: 2, max: 12 }),
      deliveries: fc.array(
        fc.record({
          seq: fc.integer({ min: 1, max: 12 }),
          cut: fc.boolean(),
          answer: fc.boolean(),
          linkLost: fc.boolean(),
        }),
        { maxLength: 40 },
      ),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ count, deliveries }) => {
        const { streams, told, asked, settled, pass } = setUp();
        const order = anOrderOf(count);
        const { orderId } = eventAt(order, 1).data;
        // The client of the knowledge page: drop what is known, on a gap or after a cut ask with `since`.
        const client: number[] = [];
        let connected = true;
        let shown = 0;
        const answerAll = async () => {
          for (let before = -1; before !== asked.length; ) {
            before = asked.length;
            for (const { after, answer } of asked) answer(found(order, after));
            await settled();
          }
        };
        const resume = async () => {
          const since = client.length;
          const lookUp = streams.lookUp(orderId, since);
          await answerAll();
          const result = await lookUp;
          if (result.kind !== 'found') throw new Error(result.kind);
          const { entries, last } = result.stream.ring;
          for (const { seq } of entries) if (seq > since && seq <= last) client.push(seq);
          shown = told.length;
        };
        const listen = async () => {
          for (; connected && shown < told.length; shown += 1) {
            const seq = told[shown]?.seq ?? 0;
            if (seq <= client.length) continue;
            if (seq === client.length + 1) client.push(seq);
            else {
              await resume();
              shown = told.length;
            }
          }
        };
        for (const { seq, cut, answer, linkLost } of deliveries) {
          if (seq <= count) streams.hear(eventAt(order, seq));
          if (linkLost) streams.linkChanged();
          if (cut) connected = !connected;
          if (answer) await answerAll();
          else pass(300);
          await listen();
        }
        connected = true;
        await resume();
        await listen();
        expect(client).toEqual(Array.from({ length: count }, (_, at) => at + 1));
        // What was told to rooms never went backwards either.
        const seqs = told.map(({ seq }) => seq);
        expect(seqs).toEqual([...new Set(seqs)].sort((one, other) => one - other));
        streams.close();
      }),
      { numRuns: 150 },
    );
  });
});
