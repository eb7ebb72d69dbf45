import { randomUUID } from 'node:crypto';
import type { Role } from '@tiffin/contracts/claims';
import type { Point } from '@tiffin/contracts/geo';
import { type OrderView, orderEvents, orderReply } from '@tiffin/contracts/order-api';
import { checkout } from '@tiffin/contracts/payment-api';
import { type ItemView, itemReply, type RestaurantView, restaurantReply } from '@tiffin/contracts/restaurant-api';
import { deliveryReply, type Offer, offerList, type RiderView, riderReply } from '@tiffin/contracts/rider-api';
import { signUserToken } from '@tiffin/platform/auth/tokens';
import * as z from 'zod';

type Urls = Record<'restaurant' | 'rider' | 'realtime' | 'utils' | 'razorpay', string>;
export type Answer = { status: number; body: unknown };
export type Person = { readonly sub: string; readonly role: Role; readonly token: string };

/** A place in the middle of the test city; `eastM` and `northM` metres away from it. */
export const place = (eastM = 0, northM = 0): Point => ({
  type: 'Point',
  coordinates: [77.6 + eastM / 108_500, 12.97 + northM / 111_319],
});

/** The doors of a running stack, as its people use them. Every call goes over real HTTP with a real token. */
export const createActors = ({ urls, jwtSecret }: { urls: Urls; jwtSecret: string }) => {
  const person = (
    role: Role,
    sub: string = `${role}-${randomUUID().slice(0, 8)}`,
    name = `${role} ${sub}`,
  ): Person => ({
    sub,
    role,
    token: signUserToken({ secret: jwtSecret, sub, role, name, ttlSeconds: 3_600 }),
  });

  const call = async (
    who: Person | undefined,
    method: string,
    url: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await fetch(url, {
      method,
      headers: {
        ...(who ? { authorization: `Bearer ${who.token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };

  const expecting = async <Body>(answer: Promise<Answer>, status: number, schema: z.ZodType<Body>): Promise<Body> => {
    const { status: got, body } = await answer;
    if (got !== status) throw new Error(`expected ${status}, was answered ${got}: ${JSON.stringify(body)}`);
    return schema.parse(body);
  };

  const api = (service: keyof Urls, path: string) => `${urls[service]}/api/v1${path}`;

  /** A kitchen that is open, with one dish. */
  const openKitchen = async ({
    at = place(),
    pricePaise = 15_000,
  }: {
    at?: Point;
    pricePaise?: number;
  } = {}): Promise<{ owner: Person; restaurant: RestaurantView; item: ItemView }> => {
    const owner = person('restaurant');
    const made = await expecting(
      call(owner, 'POST', api('restaurant', '/restaurants'), {
        name: 'Dosa House',
        phone: '+91 80 4000 1234',
        formattedAddress: '1 Church Street, Ashok Nagar, Bengaluru',
        location: at,
      }),
      201,
      restaurantReply,
    );
    const id = made.restaurant._id;
    const { item } = await expecting(
      call(owner, 'POST', api('restaurant', `/restaurants/${id}/items`), { name: 'Masala dosa', pricePaise }),
      201,
      itemReply,
    );
    const { restaurant } = await expecting(
      call(owner, 'PATCH', api('restaurant', `/restaurants/${id}`), { isOpen: true }),
      200,
      restaurantReply,
    );
    return { owner, restaurant, item };
  };

  /** A verified rider who is on duty at a place. */
  const riderOnDuty = async (at: Point = place(300)): Promise<{ rider: Person; profile: RiderView }> => {
    const rider = person('rider');
    const { rider: registered } = await expecting(
      call(rider, 'POST', api('rider', '/riders'), {
        name: `Rider ${rider.sub}`,
        phone: '+91 98860 54321',
        vehicle: 'scooter',
        licenceNumber: 'KA01 20260001',
      }),
      201,
      riderReply,
    );
    await expecting(
      call(person('admin'), 'PUT', api('rider', `/riders/${registered._id}/verification`), { isVerified: true }),
      200,
      riderReply,
    );
    const { rider: profile } = await expecting(
      call(rider, 'PUT', api('rider', '/riders/me/availability'), { isAvailable: true, location: at }),
      200,
      riderReply,
    );
    return { rider, profile };
  };

  const placeOrder = async (
    customer: Person,
    { restaurant, item }: { restaurant: RestaurantView; item: ItemView },
    to: Point = place(1_500, 800),
  ): Promise<OrderView> => {
    const { order } = await expecting(
      call(customer, 'POST', api('restaurant', '/orders'), {
        restaurantId: restaurant._id,
        items: [{ itemId: item._id, quantity: 2 }],
        deliveryAddress: {
          formattedAddress: '12 MG Road, Shivaji Nagar, Bengaluru',
          phone: '+91 98450 12345',
          location: to,
        },
      }),
      201,
      orderReply,
    );
    return order;
  };

  /** Pays at the fake gateway; the webhook tells the service. Returns what the checkout page would hand to the browser. */
  const pay = async (
    customer: Person,
    orderId: string,
    outcome: 'captured' | 'authorized' | 'failed' | 'late' = 'captured',
  ) => {
    const { razorpayOrderId } = await expecting(
      call(customer, 'POST', api('utils', '/payments'), { orderId }),
      200,
      checkout,
    );
    return expecting(
      call(undefined, 'POST', `${urls.razorpay}/_control/pay`, { orderId: razorpayOrderId, outcome }),
      200,
      z.object({ razorpay_payment_id: z.string(), razorpay_order_id: z.string(), razorpay_signature: z.string() }),
    );
  };

  const order = async (who: Person, id: string): Promise<OrderView> =>
    (await expecting(call(who, 'GET', api('restaurant', `/orders/${id}`)), 200, orderReply)).order;

  const events = async (who: Person, id: string) =>
    (await expecting(call(who, 'GET', api('restaurant', `/orders/${id}/events`)), 200, orderEvents)).items;

  const kitchen = (
    who: Person,
    id: string,
    verb: 'accept' | 'reject' | 'prepare' | 'ready' | 'cancel',
    body: object = {},
  ) => call(who, 'POST', api('restaurant', `/orders/${id}/${verb}`), body);

  const trip = (
    who: Person,
    id: string,
    verb: 'accept' | 'decline' | 'pick-up' | 'deliver' | 'release',
    body?: object,
  ) => call(who, 'POST', api('rider', `/deliveries/${id}/${verb}`), body);

  const openOffers = async (who: Person): Promise<Offer[]> =>
    (await expecting(call(who, 'GET', api('rider', '/riders/me/offers')), 200, offerList)).items;

  return {
    person,
    call,
    expecting,
    api,
    openKitchen,
    riderOnDuty,
    placeOrder,
    pay,
    order,
    events,
    kitchen,
    trip,
    openOffers,
    deliveryReply,
  };
};

export type Actors = ReturnType<typeof createActors>;
