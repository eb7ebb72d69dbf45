import { randomBytes } from 'node:crypto';
import { userId } from '@tiffin/contracts/claims';
import type { DeliverySnapshot } from '@tiffin/contracts/delivery-events';
import { orderId, restaurantId, riderId } from '@tiffin/contracts/ids';
import { inPaise } from '@tiffin/contracts/money';
import { createLogger } from '@tiffin/platform/observability/logger';
import { type Database, openDatabase } from '@tiffin/platform/persistence/database';
import { createRelay } from '@tiffin/platform/persistence/relay';
import { type TestDatabase, withDatabase } from '@tiffin/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DeliveryEvent, followDelivery } from './follow-delivery.ts';
import { createMongoOrderStore } from './order.store.mongo.ts';
import type { OrderState } from './order.ts';

const logger = createLogger({ service: 'restaurant', level: 'silent' });
const riderA = { riderId: riderId.parse('a'.repeat(24)), riderUserId: userId.parse('rider-a'), riderName: 'Asha' };
const riderB = { riderId: riderId.parse('b'.repeat(24)), riderUserId: userId.parse('rider-b'), riderName: 'Bilal' };

let testDatabase: TestDatabase;
let database: Database;
let orders: ReturnType<typeof createMongoOrderStore>;

beforeAll(async () => {
  testDatabase = await withDatabase('follow');
  database = openDatabase({ url: testDatabase.url, name: testDatabase.name, logger });
  orders = createMongoOrderStore({
    connection: database.connection,
    relay: createRelay({ accepting: () => false, logger }),
    publish: async () => undefined,
    now: () => new Date(),
  });
  await database.ready;
});
afterAll(async () => {
  await database.close();
  await testDatabase.close();
});

const aReadyOrder = async () => {
  const id = orderId.parse(randomBytes(12).toString('hex'));
  const at = { type: 'Point' as const, coordinates: [77.6, 12.97] as [number, number] };
  const state: OrderState = {
    userId: userId.parse('c1'),
    restaurantId: restaurantId.parse('2'.repeat(24)),
    restaurantOwnerId: userId.parse('owner'),
    restaurantName: 'Dosa House',
    items: [],
    subtotalPaise: inPaise(0),
    deliveryFeePaise: inPaise(0),
    platformFeePaise: inPaise(700),
    totalPaise: inPaise(700),
    currency: 'INR',
    deliveryAddress: { formattedAddress: '12 MG Road', phone: '+91 98450 12345', location: at },
    pickup: at,
    status: 'ready_for_rider',
    paymentStatus: 'paid',
    paymentId: 'pay_1',
    refusedPayments: [],
    refunds: [],
  };
  await orders.create(id, state, [], { causationId: null });
  const follow = followDelivery({ orders, now: () => new Date() });
  const hear = (seq: number, type: DeliveryEvent['type'], delivery: DeliverySnapshot) =>
    follow({
      id: `e${seq}`,
      type,
      version: 1,
      timestamp: '2026-11-01T10:00:00.000Z',
      subject: id,
      seq,
      source: 'rider',
      correlationId: 'story',
      causationId: null,
      data: { orderId: id, delivery, closed: [] },
    });
  const told = async () => ((await orders.history(id)) ?? []).map(({ type }) => type.replace('ORDER_', ''));
  const current = async () => (await orders.find(id))?.state;
  return { hear, told, current };
};

it('F2: killed between the confirm of a retry copy and the ack of its original: both come, and count once', async () => {
  const { hear, told, current } = await aReadyOrder();
  const assigned: DeliverySnapshot = { status: 'assigned', assignment: 1, ...riderA };
  expect((await hear(2, 'RIDER_ASSIGNED', assigned)).kind).toBe('done');
  expect((await hear(2, 'RIDER_ASSIGNED', assigned)).kind).toBe('nothing-new');
  expect(await told()).toEqual(['RIDER_ASSIGNED']);
  expect((await current())?.status).toBe('rider_assigned');
});

it('F25: PICKED_UP overtakes RIDER_ASSIGNED, which waits in the ladder: both steps are told, and the late one changes nothing', async () => {
  const { hear, told, current } = await aReadyOrder();
  expect((await hear(3, 'DELIVERY_PICKED_UP', { status: 'picked_up', assignment: 1, ...riderA })).kind).toBe('done');
  expect((await hear(2, 'RIDER_ASSIGNED', { status: 'assigned', assignment: 1, ...riderA })).kind).toBe('nothing-new');
  expect(await told()).toEqual(['RIDER_ASSIGNED', 'PICKED_UP']);
  expect((await current())?.status).toBe('picked_up');
});

it('F25: RIDER_UNASSIGNED is dead-lettered, another rider is assigned, then the letter is retried: the other keeps the job', async () => {
  const { hear, told, current } = await aReadyOrder();
  await hear(2, 'RIDER_ASSIGNED', { status: 'assigned', assignment: 1, ...riderA });
  await hear(6, 'RIDER_ASSIGNED', { status: 'assigned', assignment: 2, ...riderB });
  expect((await hear(3, 'RIDER_UNASSIGNED', { status: 'searching', assignment: 1 })).kind).toBe('nothing-new');
  expect((await hear(2, 'RIDER_ASSIGNED', { status: 'assigned', assignment: 1, ...riderA })).kind).toBe('nothing-new');
  expect(await told()).toEqual(['RIDER_ASSIGNED', 'RIDER_UNASSIGNED', 'RIDER_ASSIGNED']);
  expect((await current())?.rider?.riderName).toBe('Bilal');
});

it('F12: every event three times, in any order, has one effect', async () => {
  const { hear, told, current } = await aReadyOrder();
  const trip = [
    () => hear(2, 'RIDER_ASSIGNED', { status: 'assigned', assignment: 1, ...riderA }),
    () => hear(4, 'DELIVERY_PICKED_UP', { status: 'picked_up', assignment: 1, ...riderA }),
    () => hear(5, 'DELIVERY_COMPLETED', { status: 'delivered', assignment: 1, ...riderA }),
  ];
  for (const turn of [1, 0, 2, 2, 1, 0, 0, 1, 2]) await trip[turn]?.();
  expect(await told()).toEqual(['RIDER_ASSIGNED', 'PICKED_UP', 'DELIVERED']);
  expect((await current())?.status).toBe('delivered');
});
