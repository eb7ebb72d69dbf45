import { userId } from '@tiffin/contracts/claims';
import type { EventOf } from '@tiffin/contracts/event-catalogue';
import { distanceM, type Point } from '@tiffin/contracts/geo';
import { orderId, restaurantId, riderId } from '@tiffin/contracts/ids';
import { readConfig } from '@tiffin/platform/config/read-config';
import { createLogger } from '@tiffin/platform/observability/logger';
import type { Stored } from '@tiffin/platform/persistence/stored';
import { type RiderConfig, riderSettings } from '@tiffin/rider/config';
import { type Delivery, isOpenOffer, nextSearchTurnAt } from '@tiffin/rider/deliveries/delivery';
import type { DeliveryChange, DeliveryStore } from '@tiffin/rider/deliveries/delivery.store';
import { KEPT_ANSWERS, type RiderRecord } from '@tiffin/rider/dispatch/rider-record';
import type { KnownRider, NearbyRider, RiderStore } from '@tiffin/rider/riders/rider.store';
import { createUseCases } from '@tiffin/rider/use-cases';
import type { Place, SimulatedOrder, SimulatedRider, Strategy, World } from './world.ts';

/** Midnight of the simulated day, and where its map begins. */
const DAY_MS = Date.parse('2026-11-21T00:00:00.000Z');
const CORNER = { lng: 77.5, lat: 12.9 };
const METRES_A_DEGREE = { lng: 108_510, lat: 111_319 };
const ID_LENGTH = 24;
const CAUSE = { causationId: null };

const hexOf = (number: number) => number.toString(16).padStart(ID_LENGTH, '0');
const pointOf = ({ x, y }: Place): Point => ({
  type: 'Point',
  coordinates: [CORNER.lng + x / METRES_A_DEGREE.lng, CORNER.lat + y / METRES_A_DEGREE.lat],
});

type Away = { readonly rider: SimulatedRider; readonly awayM: number };

const firstFrom = (all: readonly Away[], fromM: number): number => {
  const index = all.findIndex(({ awayM }) => awayM >= fromM);
  return index < 0 ? all.length : index;
};

/** The settings of the rider service as a developer has them, and what a comparison changes. */
export const serviceConfig = (env: Readonly<Record<string, string>>): RiderConfig => {
  const secret = 'nobody-signs-anything-in-a-simulated-city';
  const given = { JWT_SECRET: secret, SERVICE_TOKEN_SECRET: `${secret}-2`, LOG_LEVEL: 'silent', ...env };
  return readConfig(riderSettings, given, { production: false });
};

const notSimulated = () => Promise.reject(new Error('nobody reports where he is in a simulated city'));

/** The riders of a world behind the port through which the service sees its own. */
const ridersOf = (world: World): RiderStore => {
  const points = world.riders.map(({ place }) => ({ place, point: pointOf(place) }));
  const pointOfRider = ({ number, place }: SimulatedRider): Point => {
    const known = points[number];
    if (known?.place === place) return known.point;
    const point = pointOf(place);
    points[number] = { place, point };
    return point;
  };
  const records = new Map<SimulatedRider, RiderRecord>();
  const byUser = new Map(world.riders.map((rider) => [`rider-${rider.number}`, rider]));
  const seenOf = (rider: SimulatedRider) => ({
    location: pointOfRider(rider),
    at: new Date(DAY_MS + world.heardMs(rider)),
  });
  const names = world.riders.map((rider) => ({
    riderId: riderIdOf(rider),
    riderUserId: userIdOf(rider),
    riderName: 'R',
    riderPhone: '1',
  }));
  /** Riders on a trip, as they are shown until it ends: with a job nothing else matters, and in scarcity they are nearly all there is. */
  const riding = new Map<SimulatedRider, { readonly job: SimulatedOrder; readonly shown: NearbyRider }>();
  const nearbyOf = (rider: SimulatedRider): NearbyRider[] => {
    const { job } = rider;
    const known = job && riding.get(rider);
    if (known && known.job === job) return [known.shown];
    const name = names[rider.number];
    if (!name) return [];
    const shown = { ...name, ...seenOf(rider), record: records.get(rider) ?? {} };
    if (job) riding.set(rider, { job, shown });
    return [shown];
  };
  /** Everybody around a place, nearest first: one search asks for ring after ring of them in the same instant. */
  let around: { readonly place: Point; readonly atMs: number; readonly riders: readonly Away[] } | undefined;
  const everybodyAround = (place: Point): readonly Away[] => {
    if (around?.place !== place || around.atMs !== world.now()) {
      const riders = world.riders
        .map((rider) => ({ rider, awayM: distanceM(place, pointOfRider(rider)) }))
        .sort((one, other) => one.awayM - other.awayM);
      around = { place, atMs: world.now(), riders };
    }
    return around.riders;
  };
  const within = (place: Point, fromM: number, toM: number): readonly Away[] => {
    const all = everybodyAround(place);
    const from = firstFrom(all, fromM);
    const end = from + all.slice(from).findIndex(({ awayM }) => awayM > toM);
    return all.slice(from, end < from ? all.length : end);
  };
  const unused = () => Promise.reject(new Error('a simulated rider does not register'));
  return {
    findNear: async ({ around: place, fromM, toM, limit, except }) => {
      const passed = new Set<string>(except);
      return within(place, fromM, toM)
        .map(({ rider }) => rider)
        .filter((rider) => !passed.has(hexOf(rider.number)))
        .slice(0, limit)
        .flatMap(nearbyOf);
    },
    countNear: async (place, radiusM) => within(place, 0, radiusM).length,
    findByUser: async (user) => {
      const rider = byUser.get(user);
      if (!rider) return undefined;
      const state = { isAvailable: true, isVerified: true } as KnownRider['stored']['state'];
      const position = { ...seenOf(rider), seq: 1, movedAt: new Date(DAY_MS) };
      return { riderId: riderIdOf(rider), stored: { state } as KnownRider['stored'], position };
    },
    remember: async (remarks) => {
      for (const remark of remarks) {
        const rider = world.riders[Number.parseInt(remark.riderId, 16)];
        if (!rider) continue;
        const { ifSeenSince, answer, deliveredAt } = remark;
        if (ifSeenSince && DAY_MS + world.heardMs(rider) < ifSeenSince.getTime()) continue;
        const before = records.get(rider) ?? {};
        const answers = answer ? [...(before.answers ?? []), answer].slice(-KEPT_ANSWERS) : before.answers;
        records.set(rider, { ...before, ...(answers && { answers }), ...(deliveredAt && { deliveredAt }) });
      }
    },
    savePositions: unused,
    create: unused,
    change: unused,
    // Nobody is silent in a simulated city.
    find: async () => undefined,
    answers: async () => undefined,
    list: unused,
  };
};

const riderIdOf = ({ number }: SimulatedRider) => riderId.parse(hexOf(number));
const userIdOf = ({ number }: SimulatedRider) => userId.parse(`rider-${number}`);

/** Deliveries in memory behind the service's own port; `wrote` hears of each one written. */
const deliveriesIn = (now: () => Date, wrote: (before: Delivery | undefined, after: Delivery) => void) => {
  const kept = new Map<string, Stored<Delivery>>();
  const open = new Set<string>();
  const activeBy = new Map<string, string>();
  const openOffers = new Map<string, number>();
  const countOffers = ({ offers }: Delivery, by: number) => {
    for (const { riderId: rider } of offers.filter(isOpenOffer))
      openOffers.set(rider, (openOffers.get(rider) ?? 0) + by);
  };
  const write = (before: Stored<Delivery> | undefined, { state, events }: DeliveryChange) => {
    const stored: Stored<Delivery> = {
      id: state.orderId,
      seq: (before?.seq ?? 0) + events.length,
      revision: (before?.revision ?? 0) + 1,
      state,
      correlationId: state.orderId,
      seen: {},
      sentSeq: 0,
      tail: [],
      createdAt: before?.createdAt ?? now(),
      updatedAt: now(),
    };
    kept.set(stored.id, stored);
    if (before) countOffers(before.state, -1);
    countOffers(state, 1);
    if (state.open) open.add(stored.id);
    else open.delete(stored.id);
    if (before?.state.active && before.state.riderId) activeBy.delete(before.state.riderId);
    if (state.active && state.riderId) activeBy.set(state.riderId, stored.id);
    wrote(before?.state, state);
    return { kind: 'committed', stored, events: [] } as const;
  };
  const openOnes = () => [...open].flatMap((id) => kept.get(id) ?? []);
  const unused = () => Promise.reject(new Error('nobody asks this in a simulated city'));
  const store: DeliveryStore = {
    find: async (id) => kept.get(id),
    latest: (id) => kept.get(id),
    create: async (change) =>
      kept.has(change.state.orderId) ? { kind: 'taken', index: ['_id'] } : write(undefined, change),
    commit: async (stored, change) => {
      const { riderId: rider, active, orderId: id } = change.state;
      if (kept.get(stored.id) !== stored) return { kind: 'stale' };
      if (active && rider && (activeBy.get(rider) ?? id) !== id) return { kind: 'taken', index: ['state.riderId'] };
      return write(stored, change);
    },
    offeredTo: async (user) =>
      openOnes().filter(({ state }) => state.offers.some((offer) => offer.riderUserId === user && isOpenOffer(offer))),
    engagementsOf: async (riders) => {
      const ids = riders.map((rider) => rider.riderId);
      return {
        busy: new Set(ids.filter((id) => activeBy.has(id))),
        thinking: new Set(ids.filter((id) => (openOffers.get(id) ?? 0) > 0)),
        dropoffs: new Map(
          ids.flatMap((id): [string, Point][] => {
            const state = kept.get(activeBy.get(id) ?? '')?.state;
            return state?.status === 'picked_up' && state.job?.dropoff ? [[id, state.job.dropoff]] : [];
          }),
        ),
      };
    },
    openNear: async (around, radiusM, limit) =>
      openOnes()
        .flatMap(({ state }) => {
          const awayM = state.job ? distanceM(around, state.job.pickup) : Number.POSITIVE_INFINITY;
          return awayM <= radiusM ? [{ id: state.orderId, awayM }] : [];
        })
        .sort((one, other) => one.awayM - other.awayM)
        .slice(0, limit)
        .map(({ id }) => id),
    claimDue: unused,
    onNextAction: () => undefined,
    activeOf: unused,
    tripsOf: unused,
    underway: unused,
    countSilent: unused,
    storyOf: unused,
    decisionsOf: unused,
  };
  return store;
};

/** The rider service itself: its use cases, rules, scores and settings, on stores in memory and the clock of the simulated city. */
export const asTheServiceDoes =
  (config: RiderConfig) =>
  (world: World): Strategy => {
    const orders: SimulatedOrder[] = [];
    const now = () => new Date(DAY_MS + world.now());
    const settled = async () => use.background.idle();

    const deliveries = deliveriesIn(now, (before, after) => {
      const order = orders[Number.parseInt(after.orderId, 16)];
      if (!order) return;
      for (const offer of after.offers.slice(before?.offers.length ?? 0)) {
        const rider = world.riders[Number.parseInt(offer.riderId, 16)];
        if (rider) world.ask(order, rider, Date.parse(offer.expiresAt) - DAY_MS);
      }
      const next = nextSearchTurnAt(after);
      if (next && (!before || nextSearchTurnAt(before)?.getTime() !== next.getTime())) {
        world.at(next.getTime() - DAY_MS, async () => {
          await use.continueDelivery(after.orderId);
          await settled();
        });
      }
    });
    const logger = createLogger({ service: 'rider', level: 'silent' });
    const use = createUseCases({
      riders: ridersOf(world),
      deliveries,
      trails: { extend: notSimulated, progressOf: notSimulated },
      config,
      tell: () => undefined,
      receivingSince: now,
      logger,
      now,
    });
    const idOf = ({ number }: SimulatedOrder) => hexOf(number);

    return {
      ready: async (order) => {
        orders[order.number] = order;
        const event = {
          id: idOf(order),
          correlationId: idOf(order),
          data: {
            orderId: orderId.parse(idOf(order)),
            restaurantId: restaurantId.parse(hexOf(0)),
            location: pointOf(order.pickup),
            dropoff: pointOf(order.dropoff),
            readyAt: now().toISOString(),
          },
        };
        await use.startDelivery(event as unknown as EventOf<'ORDER_READY_FOR_RIDER'>);
        await settled();
      },
      accept: async (order, rider) => {
        const { kind } = await use.acceptOffer(idOf(order), userIdOf(rider), CAUSE);
        await settled();
        return kind === 'committed';
      },
      decline: async (order, rider) => {
        await use.declineOffer(idOf(order), userIdOf(rider), CAUSE);
        await settled();
      },
      delivered: async (order, rider) => {
        await use.drive.pickUp(idOf(order), userIdOf(rider), CAUSE);
        await use.drive.deliver(idOf(order), userIdOf(rider), undefined, CAUSE);
        await settled();
      },
    };
  };
