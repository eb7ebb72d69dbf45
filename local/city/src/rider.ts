import type { Point } from '@tiffin/contracts/geo';
import { pushes } from '@tiffin/contracts/pushes';
import {
  type DeliveryView,
  deliveryReply,
  locationsReply,
  type Offer,
  offerList,
  riderReply,
} from '@tiffin/contracts/rider-api';
import * as z from 'zod';
import type { Doors, Visitor } from './doors.ts';
import type { Ledger } from './ledger.ts';
import type { Pace } from './pace.ts';
import type { Random } from './random.ts';
import { anyCrossing, isAt, type Spot, stepTowards, toPoint, toSpot } from './street-grid.ts';

/** 15 m/s is a scooter in light traffic. */
const RIDING_M_PER_S = 15;
const IDLING_M_PER_S = 4;
/** The services refuse more than 40 m/s as a jump of the GPS: in a faster city too nobody rides faster than this. */
const FASTEST_M_PER_S = 36;
const REPORT_EVERY_S = 1;
const IDLE_REPORT_EVERY_MS = 5_000;
/** Offers farther away than this are sometimes declined. */
const FAR_M = 1_200;

export const deliveryOrNothing = z.union([deliveryReply, z.undefined()]);

export type RiderOnDuty = {
  readonly sub: string;
  /** Takes no more offers, finishes the trip he is on, goes off duty and hangs up. */
  goHome(): Promise<void>;
};

/** Who a rider of a city of this name is to the services. */
export const riderSub = (name: string, number: number): string => `${name}-rider-${number}`;

/** A rider who is on duty: drifts about, accepts most offers, fetches and delivers, and reports where he is. */
export const runRider = async ({
  number,
  home,
  doors,
  admin,
  ledger,
  pace,
  random,
  name,
}: {
  number: number;
  home: Spot;
  doors: Doors;
  admin: Visitor;
  ledger: Ledger;
  pace: Pace;
  random: Random;
  name: string;
}): Promise<RiderOnDuty> => {
  const rider = doors.visitor('rider', riderSub(name, number), `Rider ${number + 1}`);
  const ridingMps = Math.min(RIDING_M_PER_S * pace.speed, FASTEST_M_PER_S);
  const idlingMps = Math.min(IDLING_M_PER_S * pace.speed, FASTEST_M_PER_S);
  let at = home;
  // Rises also over a restart of the city: an app that starts anew must not repeat numbers.
  let fixSeq = Math.floor(Date.now() / 1_000) * 10;
  let working: Promise<void> | undefined;
  let goingHome = false;
  /** When the service wants to hear of him next, as it said last. */
  let nextInMs = IDLE_REPORT_EVERY_MS;

  await signOn(rider, admin, number, at);

  const report = async (speedMps: number) => {
    fixSeq += 1;
    const point = { seq: fixSeq, at: new Date().toISOString(), location: toPoint(at), accuracyM: 8, speedMps };
    const path = '/api/v1/riders/me/locations';
    const told = await rider.ask('POST', 'rider', path, locationsReply, { points: [point] });
    if (told.kind === 'answered') nextInMs = told.body.nextInMs ?? IDLE_REPORT_EVERY_MS;
  };

  const rideTo = async (place: Point) => {
    const goal = toSpot(place);
    let since = Date.now();
    while (!isAt(at, goal)) {
      await pace.unhurried(REPORT_EVERY_S);
      // By the clock: who waits for the answer to a report rides on meanwhile.
      const now = Date.now();
      at = stepTowards(at, goal, (ridingMps * (now - since)) / 1_000);
      since = now;
      await report(ridingMps);
    }
  };

  const carry = async (delivery: DeliveryView) => {
    const { orderId } = delivery;
    if (delivery.status === 'assigned') {
      await rideTo(delivery.pickup);
      const picked = await rider.insist('POST', 'rider', `/api/v1/deliveries/${orderId}/pick-up`, deliveryReply, {});
      if (picked.kind !== 'answered') return; // cancelled on the way
    }
    await rideTo(delivery.dropoff ?? delivery.pickup);
    await pace.wait(random.between(1, 4));
    await rider.insist('POST', 'rider', `/api/v1/deliveries/${orderId}/deliver`, deliveryReply, {});
  };

  const work = async (task: () => Promise<void>) => {
    if (working !== undefined) return;
    working = task();
    await working;
    working = undefined;
  };

  const consider = (offer: Offer) =>
    work(async () => {
      if (goingHome) return;
      await pace.wait(random.between(0.5, 3));
      const path = `/api/v1/deliveries/${offer.orderId}`;
      if (offer.distanceM > FAR_M && random.unit() < 0.3) {
        await rider.ask('POST', 'rider', `${path}/decline`, z.undefined(), {});
        return;
      }
      const accepted = await rider.insist('POST', 'rider', `${path}/accept`, deliveryReply, {});
      if (accepted.kind === 'answered') await carry(accepted.body.delivery);
    });

  const catchUp = async () => {
    const current = await rider.insist('GET', 'rider', '/api/v1/riders/me/delivery', deliveryOrNothing);
    if (current.kind === 'answered' && current.body) {
      const { delivery } = current.body;
      await work(() => carry(delivery));
      return;
    }
    const open = await rider.insist('GET', 'rider', '/api/v1/riders/me/offers', offerList);
    const [first] = open.kind === 'answered' ? open.body.items : [];
    if (first) await consider(first);
  };

  const hangUp = rider.listen({
    connect: () => void catchUp(),
    'order:available': (payload) => {
      const offered = pushes['order:available'].safeParse(payload);
      if (!offered.success) return;
      ledger.offerSeen(offered.data.orderId);
      void consider(offered.data);
    },
  });

  const drift = async () => {
    let goal = anyCrossing(random);
    while (!goingHome) {
      const restMs = nextInMs;
      await pace.unhurried(restMs / 1_000);
      if (working !== undefined) continue;
      if (isAt(at, goal)) goal = anyCrossing(random);
      at = stepTowards(at, goal, (idlingMps * restMs) / 1_000);
      await report(idlingMps);
    }
  };
  void drift();

  return {
    sub: rider.sub,
    goHome: async () => {
      goingHome = true;
      await working;
      await rider.insist('PUT', 'rider', '/api/v1/riders/me/availability', riderReply, { isAvailable: false });
      hangUp();
    },
  };
};

/** Registers on the first day, is verified by an admin, and goes on duty. */
const signOn = async (rider: Visitor, admin: Visitor, number: number, at: Spot) => {
  await rider.insist('POST', 'rider', '/api/v1/riders', riderReply, {
    name: `Rider ${number + 1}`,
    phone: `+91 98860 ${String(10_000 + number)}`,
    vehicle: 'scooter',
    licenceNumber: `KA01 2026${String(number).padStart(4, '0')}`,
  });
  const known = await rider.insist('GET', 'rider', '/api/v1/riders/me', riderReply);
  if (known.kind !== 'answered') return;
  const path = `/api/v1/riders/${known.body.rider._id}/verification`;
  if (!known.body.rider.isVerified) await admin.insist('PUT', 'rider', path, riderReply, { isVerified: true });
  await rider.insist('PUT', 'rider', '/api/v1/riders/me/availability', riderReply, {
    isAvailable: true,
    location: toPoint(at),
  });
};
