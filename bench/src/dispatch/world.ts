import { createAgenda } from './agenda.ts';
import { type Random, randomFrom } from './random.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** A city of 10 by 10 km. */
const CITY_M = 10_000;
/** How long an order is offered before it is given up. */
export const GIVEN_UP_AFTER_MS = 20 * MINUTE_MS;
/** Nobody is asked whose position is older. */
export const FRESH_MS = 30 * SECOND_MS;

const HOT_SPOTS = 5;
const AT_HOT_SPOTS = 0.7;
const HOT_SPOT_SPREAD_M = 700;
const TRIP_M = { least: 800, most: 4_000 };
/** 20 km/h through streets that are 1.3 times as long as the crow flies. */
const SPEED_M_PER_MS = 20 / 3.6 / 1.3 / SECOND_MS;
const AT_KITCHEN_MS = MINUTE_MS;
const AT_DOOR_MS = 2 * MINUTE_MS;
/** How long a rider thinks: log-normal, half of them within the median. */
const REACTION = { medianMs: 6 * SECOND_MS, spread: 0.6 };
const WILLING = { near: 0.9, nearM: 500, far: 0.3, farM: 3_000 };
/** Of those who do not want an offer, how many say so; the others let it pass. */
const SAYS_NO = 0.5;
const REPORT_MS = 5 * SECOND_MS;
/** Now and then a phone is out of reach: no position, no offer, no answer. */
const OUT_OF_REACH = { everyMs: 15 * MINUTE_MS, forMs: MINUTE_MS };

export type Place = { readonly x: number; readonly y: number };
export const apartM = (one: Place, other: Place): number => Math.hypot(one.x - other.x, one.y - other.y);

export type SimulatedOrder = {
  readonly number: number;
  readonly readyMs: number;
  readonly pickup: Place;
  readonly dropoff: Place;
  assigned?: { readonly rider: SimulatedRider; readonly atMs: number; readonly pickupM: number };
};
export type SimulatedRider = {
  readonly number: number;
  /** How readily he takes an offer, 1 as readily as most. */
  readonly readiness: number;
  readonly silences: readonly { readonly fromMs: number; readonly toMs: number }[];
  /** How many of his silences are over. */
  heardOf: number;
  /** Where he waits; on a trip, where it began. */
  place: Place;
  job?: SimulatedOrder | undefined;
  delivered: number;
};

export type Scenario = {
  readonly name: string;
  readonly riders: number;
  readonly ordersPerMinute: number;
  /** How long orders become ready. */
  readonly hours: number;
  /** The share of riders who take offers less than half as readily as the others. */
  readonly reluctant?: number;
};

/** Who is asked, and when. The world tells it what happens, and asks riders for it. */
export type Strategy = {
  ready(order: SimulatedOrder): void | Promise<void>;
  /** A rider wants this order; whether he gets it. */
  accept(order: SimulatedOrder, rider: SimulatedRider): boolean | Promise<boolean>;
  decline(order: SimulatedOrder, rider: SimulatedRider): void | Promise<void>;
  /** The trip is over, and the rider free. */
  delivered(order: SimulatedOrder, rider: SimulatedRider): void | Promise<void>;
};

export type World = ReturnType<typeof createWorld>;

const clamp = (value: number): number => Math.min(CITY_M, Math.max(0, value));

/** How probably a rider takes an offer so far away. */
const willingness = (distanceM: number): number => {
  const share = Math.min(1, Math.max(0, (distanceM - WILLING.nearM) / (WILLING.farM - WILLING.nearM)));
  return WILLING.near + share * (WILLING.far - WILLING.near);
};

const placesOf = (random: Random) => {
  const spots = Array.from({ length: HOT_SPOTS }, () => ({
    x: (0.15 + 0.7 * random.next()) * CITY_M,
    y: (0.15 + 0.7 * random.next()) * CITY_M,
  }));
  const anywhere = (): Place => ({ x: random.next() * CITY_M, y: random.next() * CITY_M });
  const atKitchens = (): Place => {
    const spot = spots[Math.floor(random.next() * HOT_SPOTS)];
    if (!spot || random.next() > AT_HOT_SPOTS) return anywhere();
    return {
      x: clamp(spot.x + random.normal() * HOT_SPOT_SPREAD_M),
      y: clamp(spot.y + random.normal() * HOT_SPOT_SPREAD_M),
    };
  };
  return { anywhere, atKitchens };
};

const silencesOf = (random: Random, untilMs: number) => {
  const silences: { fromMs: number; toMs: number }[] = [];
  for (let atMs = 0; atMs < untilMs; ) {
    const fromMs = atMs + random.exponential(OUT_OF_REACH.everyMs);
    const toMs = fromMs + random.exponential(OUT_OF_REACH.forMs);
    silences.push({ fromMs, toMs });
    atMs = toMs;
  }
  return silences;
};

const RELUCTANT = 0.4;

/**
 * A city with its kitchens, customers and riders. The same seed gives the same orders and the same riders to every strategy; what a rider
 * answers is drawn for him and the order, so that it does not depend on who else was asked.
 */
export const createWorld = (scenario: Scenario, seed: number) => {
  const agenda = createAgenda();
  const places = placesOf(randomFrom(seed));
  const demand = randomFrom(seed * 7 + 1);
  const people = randomFrom(seed * 13 + 2);
  const kitchens = placesOf(randomFrom(seed));

  const orders: SimulatedOrder[] = [];
  const perMs = scenario.ordersPerMinute / MINUTE_MS;
  for (
    let atMs = demand.exponential(1 / perMs);
    atMs < scenario.hours * HOUR_MS;
    atMs += demand.exponential(1 / perMs)
  ) {
    const pickup = kitchens.atKitchens();
    const away = TRIP_M.least + demand.next() * (TRIP_M.most - TRIP_M.least);
    const angle = 2 * Math.PI * demand.next();
    const dropoff = { x: clamp(pickup.x + away * Math.cos(angle)), y: clamp(pickup.y + away * Math.sin(angle)) };
    orders.push({ number: orders.length, readyMs: atMs, pickup, dropoff });
  }
  const riders = Array.from({ length: scenario.riders }, (_, number): SimulatedRider => {
    return {
      number,
      readiness: people.next() < (scenario.reluctant ?? 0) ? RELUCTANT : 1,
      silences: silencesOf(people, (scenario.hours + 1) * HOUR_MS),
      place: places.atKitchens(),
      heardOf: 0,
      delivered: 0,
    };
  });

  const counts = { offers: 0, lostTaps: 0 };
  const waitsMs: number[] = [];
  let strategy: Strategy;

  const silenceAt = (rider: SimulatedRider, atMs: number) => {
    const { silences } = rider;
    // Time only goes on: what is over is never looked at again.
    while ((silences[rider.heardOf]?.toMs ?? Number.POSITIVE_INFINITY) <= agenda.now()) rider.heardOf += 1;
    for (let index = rider.heardOf; (silences[index]?.fromMs ?? Number.POSITIVE_INFINITY) <= atMs; index += 1) {
      if (atMs < (silences[index]?.toMs ?? 0)) return silences[index];
    }
    return undefined;
  };
  /** When the rider's app was heard last. */
  const heardMs = (rider: SimulatedRider): number => {
    const nowMs = agenda.now();
    const silence = silenceAt(rider, nowMs);
    return silence ? silence.fromMs : nowMs - ((nowMs + rider.number * 977) % REPORT_MS);
  };
  const rideMs = (from: Place, to: Place) => apartM(from, to) / SPEED_M_PER_MS;

  const assign = (order: SimulatedOrder, rider: SimulatedRider) => {
    const nowMs = agenda.now();
    const here = rider.place;
    order.assigned = { rider, atMs: nowMs, pickupM: apartM(here, order.pickup) };
    rider.job = order;
    const brought =
      nowMs + rideMs(here, order.pickup) + AT_KITCHEN_MS + rideMs(order.pickup, order.dropoff) + AT_DOOR_MS;
    agenda.at(brought, () => {
      rider.job = undefined;
      rider.delivered += 1;
      rider.place = order.dropoff;
      return strategy.delivered(order, rider);
    });
  };

  const tap = async (order: SimulatedOrder, rider: SimulatedRider) => {
    if (rider.job) return;
    if (order.assigned) {
      counts.lostTaps += 1;
      return;
    }
    const won = await strategy.accept(order, rider);
    if (won) assign(order, rider);
  };

  /** Shows an order to a rider until `expiresMs`; what he answers comes back through the strategy. */
  const ask = (order: SimulatedOrder, rider: SimulatedRider, expiresMs: number) => {
    counts.offers += 1;
    const nowMs = agenda.now();
    const luck = randomFrom((seed * 1_000_003 + order.number) * 8_191 + rider.number);
    const reactionMs = REACTION.medianMs * Math.exp(REACTION.spread * luck.normal());
    const wants = luck.next() < rider.readiness * willingness(apartM(rider.place, order.pickup));
    const saysNo = luck.next() < SAYS_NO;
    const answersMs = nowMs + reactionMs;
    if (answersMs >= expiresMs || silenceAt(rider, nowMs) || silenceAt(rider, answersMs)) return;
    if (wants) agenda.at(answersMs, () => tap(order, rider));
    else if (saysNo)
      agenda.at(answersMs, () => (rider.job || order.assigned ? undefined : strategy.decline(order, rider)));
  };

  const run = async (chosen: Strategy) => {
    strategy = chosen;
    for (const order of orders) agenda.at(order.readyMs, () => strategy.ready(order));
    await agenda.run();
    for (const { assigned, readyMs } of orders) if (assigned) waitsMs.push(assigned.atMs - readyMs);
    return { orders, riders, hours: scenario.hours, ...counts, waitsMs };
  };

  return {
    run,
    ask,
    riders,
    now: agenda.now,
    at: agenda.at,
    heardMs,
    /** Whether somebody is without a job and in sight. */
    isAskable: (rider: SimulatedRider): boolean => !rider.job && agenda.now() - heardMs(rider) <= FRESH_MS,
  };
};
