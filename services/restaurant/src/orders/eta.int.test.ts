import { userId } from '@tiffin/contracts/claims';
import type { DeliverySnapshot } from '@tiffin/contracts/delivery-events';
import { type OrderId, riderId } from '@tiffin/contracts/ids';
import { orderEvents, orderReply } from '@tiffin/contracts/order-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Doors, openDoors } from '../doors.fixture.ts';
import { type DeliveryEvent, followDelivery } from './follow-delivery.ts';

let doors: Doors;
beforeAll(async () => {
  doors = await openDoors('eta');
});
afterAll(() => doors.close());

const rider = {
  riderId: riderId.parse('a'.repeat(24)),
  riderUserId: userId.parse('asha'),
  riderName: 'Asha',
  toPickupM: 300,
};
/** About a kilometre north of the kitchen. */
const deliveryAddress = {
  formattedAddress: '12 MG Road',
  phone: '+91 98450 12345',
  location: { type: 'Point' as const, coordinates: [77.6, 12.979] as [number, number] },
};

const range = (from: string, to: string) => ({
  earliest: `2026-11-21T${from}:00.000Z`,
  latest: `2026-11-21T${to}:00.000Z`,
});

it('is in the order and in each of its events from the kitchen’s answer to the door, and moves with what happens', async () => {
  const id = await doors.anOrder('placed', { deliveryAddress });
  const shown = async () => (await doors.read(`/orders/${id}`, orderReply)).order.eta;
  const lastTold = async () => (await doors.read(`/orders/${id}/events`, orderEvents)).items.at(-1);
  const command = async (verb: string, body?: object) => {
    const { status, body: answer } = await doors.post('restaurant', `/orders/${id}/${verb}`, body);
    expect(status).toBe(200);
    return orderReply.parse(answer).order.eta;
  };
  expect(await shown()).toBeUndefined();

  const promised = range('12:24', '12:34');
  expect(await command('accept', { prepMinutes: 20 })).toEqual(promised);
  expect(await shown()).toEqual(promised);
  expect(await lastTold()).toMatchObject({ type: 'ORDER_ACCEPTED', data: { eta: promised } });

  doors.pass(30 * 60);
  const late = range('12:36', '12:41');
  expect(await shown()).toEqual(late);
  expect(await command('ready')).toEqual(late);
  expect(await lastTold()).toMatchObject({ type: 'ORDER_READY_FOR_RIDER', data: { eta: late } });

  const hear = hearingOf(id);
  await hear('RIDER_ASSIGNED', { status: 'assigned', assignment: 1, ...rider });
  const near = range('12:33', '12:38');
  expect(await shown()).toEqual(near);
  const assigned = await lastTold();
  expect(assigned).toMatchObject({ type: 'ORDER_RIDER_ASSIGNED', data: { eta: near } });
  expect(assigned?.data).not.toHaveProperty('toPickupM');

  await hear('RIDER_UNASSIGNED', { status: 'searching', assignment: 1 });
  expect(await lastTold()).toMatchObject({ type: 'ORDER_RIDER_UNASSIGNED', data: { eta: late } });

  await hear('DELIVERY_PICKED_UP', { status: 'picked_up', assignment: 2, ...rider });
  expect(await lastTold()).toMatchObject({ type: 'ORDER_PICKED_UP', data: { eta: range('12:32', '12:37') } });

  await hear('DELIVERY_COMPLETED', { status: 'delivered', assignment: 2, ...rider });
  expect(await shown()).toBeUndefined();
  const delivered = await lastTold();
  expect(delivered?.type).toBe('ORDER_DELIVERED');
  expect(delivered?.data).not.toHaveProperty('eta');
});

it('counts a rider’s way from when he took the job, however late that is heard', async () => {
  const id = await doors.anOrder('ready_for_rider', { deliveryAddress });
  const takenAt = doors.now().toISOString();
  doors.pass(10 * 60);
  await hearingOf(id)('RIDER_ASSIGNED', { status: 'assigned', assignment: 1, ...rider, toPickupM: 3_000 }, takenAt);
  // 780 s to the kitchen less the 600 that have passed, 260 s to the door, and 120 s to either side.
  const inMinutes = (minutes: number) => new Date(doors.now().getTime() + minutes * 60_000).toISOString();
  const shown = (await doors.read(`/orders/${id}`, orderReply)).order.eta;
  expect(shown).toEqual({ earliest: inMinutes(5), latest: inMinutes(10) });
});

const hearingOf = (id: OrderId) => {
  const follow = followDelivery({ orders: doors.orders, now: doors.now });
  let seq = 0;
  return async (type: DeliveryEvent['type'], delivery: DeliverySnapshot, timestamp = doors.now().toISOString()) => {
    seq += 1;
    const envelope = { id: `e${seq}`, version: 1, subject: id, source: 'rider', correlationId: 'story' } as const;
    const data = { orderId: id, delivery, closed: [] };
    const heard = await follow({ ...envelope, type, seq, timestamp, causationId: null, data });
    expect(heard.kind).toBe('done');
  };
};
