import { randomBytes } from 'node:crypto';
import { userId } from '@tiffin/contracts/claims';
import type { EventData, EventOf, EventType } from '@tiffin/contracts/event-catalogue';
import type { Point } from '@tiffin/contracts/geo';
import { orderId, restaurantId, riderId } from '@tiffin/contracts/ids';
import { inPaise } from '@tiffin/contracts/money';
import type { RiderPosition } from '@tiffin/contracts/rider-events';
import { readConfig } from '@tiffin/platform/config/read-config';
import { withDatabase } from '@tiffin/testing/database';
import { riderSettings } from './config.ts';
import { openStores } from './stores.fixture.ts';
import { createUseCases } from './use-cases.ts';

/** A place in the middle of the test city; `eastM` and `northM` metres away from it. */
export const place = (eastM = 0, northM = 0): Point => ({
  type: 'Point',
  coordinates: [77.6 + eastM / 108_500, 12.97 + northM / 111_319],
});

export const hexId = (): string => randomBytes(12).toString('hex');
export const TEST_SECRET = 'k7J2mQ9xV4tB8nL1pR6wZ3cF5hD0gS2aY';

/** The configuration of a test: what the environment of a developer gives, and what the test says. */
export const testConfig = (env: Record<string, string> = {}) =>
  readConfig(
    riderSettings,
    { JWT_SECRET: `${TEST_SECRET}-jwt`, SERVICE_TOKEN_SECRET: `${TEST_SECRET}-service`, LOG_LEVEL: 'silent', ...env },
    { production: false },
  );

/** The rider service without doors: real stores, real use cases, and a clock that stands until the test moves it. */
export const startStand = async (env: Record<string, string> = {}) => {
  const database = await withDatabase('rider');
  const config = testConfig(env);
  const clock = { at: new Date('2026-11-21T12:00:00.000Z') };
  const now = () => new Date(clock.at);
  const { opened, logger, riders, deliveries, trails } = await openStores(database, config, now);
  const told: RiderPosition[][] = [];
  /** Since when riders can reach the service; a test moves it as an outage would. */
  const receiving = { since: new Date(0) };
  /** The same service in another process: the same documents, no shared memory. */
  const anotherProcess = () =>
    createUseCases({
      riders,
      deliveries,
      trails,
      config,
      tell: (points) => told.push([...points]),
      receivingSince: () => receiving.since,
      logger,
      now,
    });
  const use = anotherProcess();

  const pass = (seconds: number) => {
    clock.at = new Date(clock.at.getTime() + seconds * 1_000);
  };

  let riderCount = 0;
  const newRider = async (name?: string) => {
    riderCount += 1;
    const user = userId.parse(name ?? `rider-${riderCount}`);
    const id = riderId.parse(hexId());
    const wish = {
      name: `Rider ${user}`,
      phone: '+91 98860 54321',
      vehicle: 'scooter',
      licenceNumber: 'KA01 20260001',
    } as const;
    await use.registerRider(id, user, wish, { causationId: null });
    await use.verifyRider(id, true, { causationId: null });
    return { user, id };
  };
  const goOnDuty = async (user: ReturnType<typeof userId.parse>, at: Point = place()) => {
    await use.setAvailability(user, true, at, { causationId: null });
    await use.background.idle();
  };
  /** A verified rider on duty at a place. */
  const riderAt = async (at: Point = place(300)) => {
    const rider = await newRider();
    await goOnDuty(rider.user, at);
    return rider;
  };

  const anEvent = <Type extends EventType>(type: Type, subject: string, data: EventData<Type>) =>
    ({
      id: hexId(),
      type,
      version: 2,
      timestamp: now().toISOString(),
      data,
      subject,
      seq: 7,
      source: 'restaurant',
      correlationId: hexId(),
      causationId: null,
    }) as EventOf<Type>;

  const newOrder = () => orderId.parse(hexId());
  const ready = async (order = newOrder(), more: Partial<EventData<'ORDER_READY_FOR_RIDER'>> = {}) => {
    const data = {
      orderId: order,
      restaurantId: restaurantId.parse(hexId()),
      location: place(),
      userId: userId.parse('customer-1'),
      restaurantName: 'Dosa House',
      dropoff: place(1_500, 800),
      dropoffArea: 'Shivaji Nagar',
      customerPhone: '+91 98450 12345',
      readyAt: now().toISOString(),
      earningPaise: inPaise(3_400),
      ...more,
    };
    const outcome = await use.startDelivery(anEvent('ORDER_READY_FOR_RIDER', order, data));
    return { order, outcome };
  };
  const cancelled = (order: ReturnType<typeof newOrder>) =>
    use.cancelDelivery(
      anEvent('ORDER_CANCELLED', order, {
        orderId: order,
        userId: userId.parse('customer-1'),
        restaurantId: restaurantId.parse(hexId()),
        restaurantName: 'Dosa House',
        status: 'cancelled',
        paymentStatus: 'refund_pending',
        totalPaise: inPaise(30_000),
        currency: 'INR',
        by: 'customer',
      }),
    );

  const cause = { causationId: null };
  const state = async (order: string) => {
    const stored = await deliveries.find(order);
    if (!stored) throw new Error(`there is no delivery ${order}`);
    return stored.state;
  };
  /** Who has an offer of this delivery open before him. */
  const asked = async (order: string) =>
    (await state(order)).offers.filter((offer) => offer.status === 'sent').map((offer) => offer.riderUserId);
  const eventTypes = async (order: string) => ((await deliveries.history(order)) ?? []).map((event) => event.type);
  /** Moves the clock to the delivery's next action and lets its timer run. */
  const tick = async (order: string, seconds: number) => {
    pass(seconds);
    await use.positions.flush();
    const turn = await use.continueDelivery(order);
    await use.background.idle();
    return turn;
  };

  return {
    use,
    anotherProcess,
    riders,
    deliveries,
    trails,
    database,
    connection: opened.connection,
    config,
    told,
    receiving,
    now,
    pass,
    newRider,
    goOnDuty,
    riderAt,
    newOrder,
    ready,
    cancelled,
    cause,
    state,
    asked,
    eventTypes,
    tick,
    close: async () => {
      await use.background.idle();
      await opened.close();
      await database.close();
    },
  };
};
export type Stand = Awaited<ReturnType<typeof startStand>>;
