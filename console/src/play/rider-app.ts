import { type ReadonlySignal, signal } from '@preact/signals';
import type { Point } from '@tiffin/contracts/geo';
import type { OrderId } from '@tiffin/contracts/ids';
import { pushes } from '@tiffin/contracts/pushes';
import { type DeliveryView, deliveryReply, type Offer, offerList, type RiderView } from '@tiffin/contracts/rider-api';
import * as z from 'zod';
import type { Answer, Doors } from '../doors/doors.ts';
import type { AppLink } from './app-link.ts';
import { createErrand, type Errand } from './errand.ts';
import { setAvailability, signOn } from './sign-on.ts';
import { createWhereabouts, type Whereabouts } from './whereabouts.ts';

const CLOSED_WORDS = {
  taken: 'another rider has it',
  expired: 'its time is over',
  cancelled: 'the order was cancelled',
};

export type HeardOffer = { readonly offer: Offer; readonly heardAtMs: number };

export type RiderApp = {
  readonly errand: Errand;
  readonly link: AppLink;
  readonly rider: ReadonlySignal<RiderView | undefined>;
  readonly whereabouts: Whereabouts;
  readonly offers: ReadonlySignal<readonly HeardOffer[]>;
  /** The one under way, or the last one that ended here. */
  readonly delivery: ReadonlySignal<DeliveryView | undefined>;
  /** Whether the customer's code was asked for. */
  readonly asksCode: ReadonlySignal<boolean>;
  /** The newest thing worth saying aloud. */
  readonly said: ReadonlySignal<string>;
  load(): Promise<unknown>;
  setAvailable(isAvailable: boolean): Promise<unknown>;
  accept(orderId: OrderId): Promise<unknown>;
  decline(orderId: OrderId): Promise<unknown>;
  pickUp(): Promise<unknown>;
  deliver(code: string): Promise<unknown>;
  giveBack(reason: string): Promise<unknown>;
  /** Called about once a second while the app is shown: rides on, and reports the place when it is time. */
  tick(): Promise<void>;
};

/** Whether this rider has been registered from this tab before. */
type Visited = { has(): boolean; note(): void };

/** The app of a rider: registers, is verified by `admin`, goes on duty, takes offers, rides and reports where it is. */
export const createRiderApp = ({
  doors,
  admin,
  link,
  start,
  licenceNumber,
  visited,
  clock = Date.now,
}: {
  doors: Doors;
  admin: Doors;
  link: AppLink;
  start: Point;
  licenceNumber: string;
  visited: Visited;
  clock?: () => number;
}): RiderApp => {
  const errand = createErrand();
  const whereabouts = createWhereabouts({ doors, start, clock });
  const rider = signal<RiderView | undefined>();
  const offers = signal<readonly HeardOffer[]>([]);
  const delivery = signal<DeliveryView | undefined>();
  const asksCode = signal(false);
  const said = signal('');
  let isBehind = false;

  const hearOffer = (offer: Offer) => {
    if (offers.value.some(({ offer: { offerId } }) => offerId === offer.offerId)) return;
    offers.value = [...offers.value, { offer, heardAtMs: clock() }];
    said.value = `New offer from ${offer.restaurantName ?? 'a kitchen'}.`;
  };
  const dropOffers = (isGone: (offer: Offer) => boolean) => {
    if (offers.value.some(({ offer }) => isGone(offer))) {
      offers.value = offers.value.filter(({ offer }) => !isGone(offer));
    }
  };

  const keepDelivery = (found: DeliveryView | undefined) => {
    const last = delivery.value;
    if (found) {
      if (last?.orderId !== found.orderId || last.status !== found.status) whereabouts.stop();
      delivery.value = found;
    } else if (last && isUnderWay(last)) {
      delivery.value = undefined;
      whereabouts.stop();
      said.value = 'The delivery ended while this app was away.';
    }
  };

  const load = () =>
    errand.inTurn(async (): Promise<Answer<unknown>> => {
      isBehind = true;
      const signedOn = await signOn({
        doors,
        admin,
        place: whereabouts.place.value,
        licenceNumber,
        isNew: !visited.has(),
      });
      if (signedOn.kind !== 'answered') return signedOn;
      visited.note();
      // A reload goes on where the services last saw the rider; from elsewhere the first report would be a jump.
      if (!rider.value && signedOn.body.location) whereabouts.startAt(signedOn.body.location);
      rider.value = signedOn.body;
      const current = await doors.ask({ part: 'rider', path: '/api/v1/riders/me/delivery' }, deliveryReply.optional());
      if (current.kind !== 'answered') return current;
      keepDelivery(current.body?.delivery);
      const open = await doors.ask({ part: 'rider', path: '/api/v1/riders/me/offers' }, offerList);
      if (open.kind !== 'answered') return open;
      for (const offer of open.body.items) hearOffer(offer);
      isBehind = false;
      return open;
    });

  const command = <Body>(orderId: OrderId, verb: string, body: object, reply: z.ZodType<Body>) =>
    doors.ask({ part: 'rider', path: `/api/v1/deliveries/${orderId}/${verb}`, method: 'POST', body }, reply);

  const drive = (verb: 'accept' | 'pick-up' | 'deliver', orderId: OrderId, body: object = {}) =>
    errand.press(async () => {
      const answer = await command(orderId, verb, body, deliveryReply);
      if (answer.kind === 'answered') {
        keepDelivery(answer.body.delivery);
        dropOffers((offer) => offer.orderId === orderId);
        asksCode.value = false;
      } else if (answer.kind === 'refused') {
        if (answer.code === 'wrong_code') asksCode.value = true;
        if (GONE.has(answer.code)) dropOffers((offer) => offer.orderId === orderId);
        // The delivery is not what this app took it for: the next tick reads it anew.
        isBehind = answer.code !== 'wrong_code';
      }
      return answer;
    });

  const tick = async () => {
    const { value: mine } = delivery;
    await whereabouts.tick({ isOnDuty: rider.value?.isAvailable === true || (mine !== undefined && isUnderWay(mine)) });
    dropOffers(({ expiresAt }) => Date.parse(expiresAt) <= whereabouts.now.value);
    if (isBehind && link.state.value === 'live' && !errand.isBusy.value) await load();
  };

  link.onConnect(() => void load());
  link.hear('order:available', pushes['order:available'], hearOffer);
  link.hear('order:offer_closed', pushes['order:offer_closed'], ({ orderId, offerId, reason }) => {
    const mine = delivery.value;
    if (mine?.orderId === orderId && isUnderWay(mine) && reason === 'cancelled') {
      delivery.value = { ...mine, status: 'cancelled' };
      whereabouts.stop();
      said.value = 'The order was cancelled: the delivery is over.';
    }
    if (!offers.value.some(({ offer }) => offer.offerId === offerId)) return;
    dropOffers((offer) => offer.offerId === offerId);
    if (mine?.orderId !== orderId) said.value = `An offer is closed: ${CLOSED_WORDS[reason]}.`;
  });

  return {
    errand,
    link,
    rider,
    whereabouts,
    offers,
    delivery,
    asksCode,
    said,
    load,
    setAvailable: (isAvailable) =>
      errand.press(async () => {
        const answer = await setAvailability(doors, isAvailable, whereabouts.place.value);
        if (answer.kind === 'answered') rider.value = answer.body.rider;
        if (!isAvailable && answer.kind === 'answered') dropOffers(() => true);
        return answer;
      }),
    accept: (orderId) => drive('accept', orderId),
    decline: (orderId) =>
      errand.press(async () => {
        const answer = await command(orderId, 'decline', {}, z.undefined());
        if (answer.kind !== 'away') dropOffers((offer) => offer.orderId === orderId);
        return answer;
      }),
    pickUp: async () => delivery.value && drive('pick-up', delivery.value.orderId),
    deliver: async (code) =>
      delivery.value && drive('deliver', delivery.value.orderId, code.trim() === '' ? {} : { code: code.trim() }),
    giveBack: (reason) =>
      errand.press(async (): Promise<Answer<unknown>> => {
        const { value: mine } = delivery;
        if (!mine) return { kind: 'away', detail: 'There is no delivery to give back.' };
        const answer = await command(mine.orderId, 'release', { reason }, z.undefined());
        if (answer.kind !== 'answered') return answer;
        delivery.value = undefined;
        whereabouts.stop();
        return answer;
      }),
    tick,
  };
};

/** Refusals after which an offer cannot come back. */
const GONE: ReadonlySet<string> = new Set([
  'offer_taken',
  'offer_expired',
  'offer_declined',
  'delivery_closed',
  'not_found',
]);

const isUnderWay = ({ status }: DeliveryView): boolean => status === 'assigned' || status === 'picked_up';
