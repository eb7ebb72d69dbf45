import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { expect, onTestFinished, test } from 'vitest';
import {
  type ErrorBody,
  eventually,
  failing,
  type ReceivedWebhook,
  startGateway,
  startPaidGateway,
  WEBHOOK_SECRET,
} from '../gateway.fixture.ts';

interface StoredItem {
  readonly id: string;
  readonly event: string;
  readonly orderId: string;
  readonly paymentId: string;
  readonly createdAt: string;
  readonly attempts: number;
  readonly acknowledged: boolean;
  readonly state: string;
  readonly answer: string | null;
  readonly bytes: number;
}
interface Page {
  readonly items: readonly StoredItem[];
  readonly nextCursor: string | null;
}
interface Replayed {
  readonly replayed: readonly string[];
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
}

const isSignedWith = (secret: string, { raw, headers }: ReceivedWebhook): boolean =>
  headers['x-razorpay-signature'] === createHmac('sha256', secret).update(raw).digest('hex');
const idOf = ({ headers }: ReceivedWebhook): string => String(headers['x-razorpay-event-id']);

/** A paid order none of whose three webhooks was sent. */
const startMissed = async (options: Parameters<typeof startGateway>[0] = {}) => {
  const gateway = await startGateway(options);
  await gateway.control('webhooks', { deliver: false });
  const paid = await gateway.order();
  const { body } = await gateway.pay(paid.id);
  const { items } = await gateway.get<Page>('/_control/webhooks');
  await gateway.control('webhooks', { deliver: true });
  return { ...gateway, paid, paymentId: body.razorpay_payment_id, missed: items.map(({ id }) => id) };
};

test('every webhook is kept with its exact bytes, sent or not', async () => {
  const { razorpay, get, receiver, order, paymentId } = await startPaidGateway();
  await eventually(() => expect(receiver.received).toHaveLength(3));
  await eventually(async () => expect((await get<Page>('/_control/webhooks?acknowledged=true')).items).toHaveLength(3));
  for (const webhook of receiver.received) {
    const kept = await fetch(`${razorpay.url}/_control/webhooks/${idOf(webhook)}`);
    expect(kept.headers.get('x-razorpay-event-id')).toBe(idOf(webhook));
    expect(Buffer.from(await kept.arrayBuffer()).equals(webhook.raw)).toBe(true);
  }
  const { items, nextCursor } = await get<Page>('/_control/webhooks');
  expect(nextCursor).toBeNull();
  expect(items[0]).toEqual({
    id: expect.stringMatching(/^[A-Za-z0-9]{14}$/),
    event: 'payment.authorized',
    orderId: order.id,
    paymentId,
    createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
    state: 'delivered',
    attempts: 1,
    acknowledged: true,
    answer: '200',
    bytes: receiver.received.find(({ event }) => event === 'payment.authorized')?.raw.byteLength,
  });
});

test('the store is read by pages, and by order, event and acknowledgement', async () => {
  const { get, order, pay, call } = await startMissed();
  const second = await order();
  await pay(second.id, { outcome: 'failed' });
  await eventually(async () =>
    expect((await get<Page>('/_control/webhooks?acknowledged=true')).items).toMatchObject([{ orderId: second.id }]),
  );
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: Page = await get<Page>(`/_control/webhooks?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`);
    seen.push(...page.items.map(({ event }) => event));
    cursor = page.nextCursor;
  }
  expect(seen).toEqual(['payment.authorized', 'payment.captured', 'order.paid', 'payment.failed']);
  expect((await get<Page>(`/_control/webhooks?orderId=${second.id}`)).items).toHaveLength(1);
  expect((await get<Page>('/_control/webhooks?event=order.paid')).items).toHaveLength(1);
  expect((await get<Page>('/_control/webhooks?acknowledged=false')).items).toHaveLength(3);
  for (const query of ['limit=0', 'limit=501', 'cursor=x', 'acknowledged=maybe', 'order=1']) {
    expect([query, (await call('GET', `/_control/webhooks?${query}`)).status]).toEqual([query, 400]);
  }
  expect((await call('GET', '/_control/webhooks/00000000000000')).status).toBe(404);
});

test('BP-05, BP-20 with every webhook missed, the payments of the order still tell that it is paid', async () => {
  const { paid, get, paymentId, receiver } = await startMissed();
  expect(receiver.received).toEqual([]);
  expect(await get(`/v1/orders/${paid.id}/payments`)).toMatchObject({
    count: 1,
    items: [{ id: paymentId, status: 'captured', order_id: paid.id, amount: 50_000 }],
  });
});

test('BP-03 a replay sends the same bytes and the same event id, signed with the current secret', async () => {
  const { razorpay, control, receiver, missed, get } = await startMissed();
  const kept = await Promise.all(
    missed.map(async (id) => (await fetch(`${razorpay.url}/_control/webhooks/${id}`)).text()),
  );
  await control('webhooks', { secret: 'a newer secret' });
  const reply = await control<Replayed>('webhooks/replay', { unacknowledged: true });
  expect(reply.body).toEqual({ replayed: missed, skipped: [] });
  await eventually(() => expect(receiver.received).toHaveLength(3));
  const arrived = receiver.received.toSorted((one, other) => missed.indexOf(idOf(one)) - missed.indexOf(idOf(other)));
  expect(arrived.map(idOf)).toEqual(missed);
  expect(arrived.map(({ raw }) => raw.toString('utf8'))).toEqual(kept);
  expect(arrived.every((webhook) => isSignedWith('a newer secret', webhook))).toBe(true);
  await eventually(async () => expect((await get<Page>('/_control/webhooks?acknowledged=true')).items).toHaveLength(3));
});

test('BP-10 a changed copy of a stored body goes out with the signature of the true one', async () => {
  const { razorpay, control, receiver, missed } = await startMissed();
  receiver.answerWith((response) => response.writeHead(receiver.received.length > 1 ? 200 : 400).end());
  const [id = ''] = missed;
  await control('webhooks', { corrupt: true });
  await control('webhooks/replay', { ids: [id] });
  await eventually(() => expect(receiver.received).toHaveLength(1));
  await control('webhooks', { corrupt: false });
  await eventually(() => expect(receiver.received).toHaveLength(2));
  const [changed, whole] = receiver.received;
  if (changed === undefined || whole === undefined) throw new Error('two tries were expected');
  expect([isSignedWith(WEBHOOK_SECRET, changed), isSignedWith(WEBHOOK_SECRET, whole)]).toEqual([false, true]);
  expect(whole.raw.toString('utf8')).toBe(await (await fetch(`${razorpay.url}/_control/webhooks/${id}`)).text());
  expect(changed.headers['x-razorpay-signature']).toBe(whole.headers['x-razorpay-signature']);
});

test('a replay of one event sends that one alone; what is acknowledged or unknown is skipped with the reason', async () => {
  const { control, receiver, missed, get } = await startMissed();
  const [first = ''] = missed;
  expect((await control<Replayed>('webhooks/replay', { ids: [first] })).body.replayed).toEqual([first]);
  await eventually(async () =>
    expect((await get<Page>('/_control/webhooks?acknowledged=true')).items).toMatchObject([{ id: first }]),
  );
  expect(receiver.received.map(idOf)).toEqual([first]);

  const again = await control<Replayed>('webhooks/replay', { ids: [first, '00000000000000'] });
  expect(again.body).toEqual({
    replayed: [],
    skipped: [
      { id: first, reason: 'acknowledged' },
      { id: '00000000000000', reason: 'unknown' },
    ],
  });
  expect((await control<Replayed>('webhooks/replay', { ids: [first], force: true })).body.replayed).toEqual([first]);
  await eventually(() => expect(receiver.received.map(idOf)).toEqual([first, first]));
  await eventually(async () =>
    expect((await get<Page>('/_control/webhooks')).items[0]).toMatchObject({ attempts: 2, acknowledged: true }),
  );
});

test('events of more than seven days ago are replayed by force only', async () => {
  const { control, receiver, missed } = await startMissed({ timings: { replayWindowMs: -2000 } });
  expect((await control<Replayed>('webhooks/replay', { unacknowledged: true })).body).toEqual({
    replayed: [],
    skipped: missed.map((id) => ({ id, reason: 'too-old' })),
  });
  expect(receiver.received).toEqual([]);
  await control('webhooks/replay', { unacknowledged: true, force: true });
  await eventually(() => expect(receiver.received).toHaveLength(3));
});

test('a webhook that waits for its retry is sent at once, its tries are counted on, and it is retried again', async () => {
  const { order, pay, receiver, control, get } = await startGateway({ timings: { firstRetryMs: 60_000 } });
  receiver.answerWith(failing);
  await pay((await order()).id, { outcome: 'failed' });
  const attempts = async () => (await get<Page>('/_control/webhooks')).items.map((item) => item.attempts);
  await eventually(async () => expect(await attempts()).toEqual([1]));
  await control('webhooks/replay', { unacknowledged: true });
  await eventually(async () => expect(await attempts()).toEqual([2]));
  expect((await get<Page>('/_control/webhooks')).items).toMatchObject([{ state: 'pending', answer: '500' }]);
  receiver.answerWith((response) => response.writeHead(200).end());
  await control('webhooks/replay', { unacknowledged: true });
  await eventually(async () =>
    expect((await get<Page>('/_control/webhooks')).items).toMatchObject([{ attempts: 3, acknowledged: true }]),
  );
});

test('nothing is replayed while the webhook is off, and what to do is said', async () => {
  const { control, missed, receiver } = await startMissed();
  await control('webhooks', { deliver: false });
  const reply = await control<ErrorBody>('webhooks/replay', { ids: missed });
  expect(reply.status).toBe(409);
  expect(reply.body.error.description).toContain('{"deliver":true}');
  expect(receiver.received).toEqual([]);
});

test.each([
  ['neither ids nor unacknowledged', {}],
  ['both', { ids: ['00000000000000'], unacknowledged: true }],
  ['no id at all', { ids: [] }],
  ['a thousand and one ids', { ids: Array.from({ length: 1001 }, () => '00000000000000') }],
  ['what is no id', { ids: ['../reset'] }],
])('a replay of %s is refused', async (_name, body) => {
  const { control } = await startGateway();
  expect((await control('webhooks/replay', body)).status).toBe(400);
});

test('a folder of an older fake is read on, and its webhooks can be replayed', async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'fake-razorpay-'));
  onTestFinished(() => rm(dataFolder, { recursive: true }));
  const body = JSON.stringify({ event: 'payment.failed', payload: {}, created_at: Math.floor(Date.now() / 1000) });
  const file = new Libsql(join(dataFolder, 'razorpay.db'));
  file.exec(
    'CREATE TABLE webhooks (seq INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, event TEXT NOT NULL, body TEXT NOT NULL, secret TEXT NOT NULL, created_ms INTEGER NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL, next_ms INTEGER NOT NULL, answer TEXT)',
  );
  file.exec(
    `INSERT INTO webhooks (event_id, event, body, secret, created_ms, state, attempts, next_ms) VALUES ('OlderOlderOlde', 'payment.failed', '${body}', 'old', 1, 'dropped', 0, 1)`,
  );
  file.close();

  const { control, receiver } = await startGateway({ dataFolder });
  await control('webhooks/replay', { unacknowledged: true });
  await eventually(() => expect(receiver.received.map(idOf)).toEqual(['OlderOlderOlde']));
  expect(receiver.received[0]?.raw.toString('utf8')).toBe(body);
});
