import { type Actors, createActors, place } from '@tiffin/testing/actors';
import { eventually } from '@tiffin/testing/eventually';
import { type RunningStack, startStack } from '@tiffin/testing/running-stack';
import { type ChannelModel, type ConfirmChannel, connect, type GetMessage } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let stack: RunningStack;
let city: Actors;
let broker: ChannelModel;
let channel: ConfirmChannel;

beforeAll(async () => {
  stack = await startStack();
  const { urls, secrets, infrastructure } = stack.file();
  city = createActors({ urls, jwtSecret: secrets.JWT_SECRET });
  broker = await connect(infrastructure.rabbitmq.url);
  channel = await broker.createConfirmChannel();
});
afterAll(async () => {
  await broker?.close();
  await stack?.dispose();
});

/** As any program would that knows no more than the queue's name. */
const send = async (queue: string, body: unknown) => {
  channel.sendToQueue(queue, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), { persistent: true });
  await channel.waitForConfirms();
};
const deadLetter = (queue: string): Promise<GetMessage> =>
  eventually(
    `a letter in ${queue}.dead`,
    async () => (await channel.get(`${queue}.dead`, { noAck: true })) || undefined,
  );

describe('a bare message in PAYMENT_SUCCESS', () => {
  it('pays the order, once, however often the same bytes come', async () => {
    const kitchen = await city.openKitchen();
    const customer = city.person('customer');
    const { _id: id, totalPaise } = await city.placeOrder(customer, kitchen);
    const message = {
      type: 'PAYMENT_SUCCESS',
      data: { orderId: id, paymentId: 'pay_from_elsewhere', amount: totalPaise / 100 },
      timestamp: '2026-11-01T10:00:00.000Z',
    };
    for (let times = 0; times < 3; times += 1) await send('PAYMENT_SUCCESS', message);
    await eventually('the order to be placed', async () => (await city.order(customer, id)).status === 'placed');
    const another = await city.placeOrder(customer, kitchen);
    await send('PAYMENT_SUCCESS', { ...message, data: { ...message.data, orderId: another._id, paymentId: 'pay_2' } });
    await eventually('the next order', async () => (await city.order(customer, another._id)).status === 'placed');
    const types = (await city.events(customer, id)).map(({ type }) => type);
    expect(types).toEqual(['ORDER_CREATED', 'ORDER_PLACED']);
  });

  it('of another amount does not pay: the order refuses it and stays as it is', async () => {
    const kitchen = await city.openKitchen();
    const customer = city.person('customer');
    const { _id: id, totalPaise } = await city.placeOrder(customer, kitchen);
    await send('PAYMENT_SUCCESS', {
      type: 'PAYMENT_SUCCESS',
      data: { orderId: id, paymentId: 'pay_small', amount: (totalPaise - 1) / 100 },
      timestamp: new Date().toISOString(),
    });
    await eventually('the refusal', async () => {
      const events = await city.events(customer, id);
      return events.some(({ type, data }) => type === 'ORDER_PAYMENT_REFUSED' && data.reason === 'wrong_amount');
    });
    expect((await city.order(customer, id)).status).toBe('pending_payment');
    const letter = await deadLetter('utils.refunds');
    expect(letter.properties.headers?.['tiffin-reason']).toBe('broken-rule');
  });
});

describe('a bare message in ORDER_READY_FOR_RIDER', () => {
  it.each([
    ['GeoJSON', () => place(5_000)],
    [
      'latitude and longitude',
      () => ({ latitude: place(9_000).coordinates[1], longitude: place(9_000).coordinates[0] }),
    ],
  ])('with its place as %s finds a rider, and what it did not carry stays absent', async (_form, location) => {
    const at = location();
    const here = 'type' in at ? at : place(9_000);
    const { rider } = await city.riderOnDuty(here);
    const kitchen = await city.openKitchen({ at: here });
    const customer = city.person('customer');
    const { _id: id } = await city.placeOrder(customer, kitchen, here);
    await send('ORDER_READY_FOR_RIDER', {
      type: 'ORDER_READY_FOR_RIDER',
      data: { orderId: id, restaurantId: kitchen.restaurant._id, location: at },
      timestamp: new Date().toISOString(),
    });
    const [offer] = await eventually('an offer', async () => {
      const offers = await city.openOffers(rider);
      return offers.length > 0 && offers;
    });
    expect(offer).toMatchObject({ orderId: id });
    expect(offer).not.toHaveProperty('restaurantName');
    const { delivery } = await city.expecting(city.trip(rider, id, 'accept'), 200, city.deliveryReply);
    expect(delivery).not.toHaveProperty('customerPhone');
    for (const verb of ['pick-up', 'deliver'] as const) expect((await city.trip(rider, id, verb)).status).toBe(200);
  });
});

describe('T11: what cannot be read is a dead letter with its reason, and the consumer goes on', () => {
  const orderId = 'f'.repeat(24);
  const bare = (data: object, more: object = {}) => ({
    type: 'PAYMENT_SUCCESS',
    data,
    timestamp: '2026-11-01T10:00:00Z',
    ...more,
  });
  it.each([
    ['F96: not JSON', '{"type":', 'not-json'],
    ['F97: empty', '', 'not-json'],
    ['F100: an unknown type', bare({ orderId }, { type: 'NOBODY_KNOWS' }), 'unknown-type'],
    ['F100: a newer version', bare({ orderId }, { version: 99 }), 'newer-version'],
    ['F103: an unknown order', bare({ orderId, paymentId: 'p', amount: 100 }), 'broken-rule'],
    ['F104: a negative amount', bare({ orderId, paymentId: 'p', amount: -5 }), 'schema'],
  ])('%s ends in the dead letters with its reason, and the consumer goes on', async (_name, body, reason) => {
    await send('PAYMENT_SUCCESS', body);
    const letter = await deadLetter('PAYMENT_SUCCESS');
    expect(letter.properties.headers?.['tiffin-reason']).toBe(reason);
    expect(letter.properties.headers?.['tiffin-error']).toEqual(expect.any(String));
    expect(letter.content.toString()).toBe(typeof body === 'string' ? body : JSON.stringify(body));

    const kitchen = await city.openKitchen();
    const customer = city.person('customer');
    const { _id: id, totalPaise } = await city.placeOrder(customer, kitchen);
    await send('PAYMENT_SUCCESS', bare({ orderId: id, paymentId: `pay_${id}`, amount: totalPaise / 100 }));
    await eventually('the next order to be placed', async () => (await city.order(customer, id)).status === 'placed');
  });
});
