import { distanceM } from '@tiffin/contracts/geo';
import type { Eta } from '@tiffin/contracts/order-api';
import { type Clock, MINUTE, SECOND } from '@tiffin/platform/clock';
import type { Decision } from '@tiffin/platform/persistence/decision';
import type { OrderStore } from './order.store.ts';
import type { OrderEvent, OrderState } from './order.ts';

export type EtaPolicy = {
  readonly riderSpeedMps: number;
  /** How long a rider is looked for as a rule, and how far from the pickup he is then. */
  readonly assignExpectedS: number;
  readonly firstMileExpectedM: number;
  /** How far the range reaches to either side: so long, or this part of the time left if that is more. */
  readonly spreadS: number;
  readonly spreadPercent: number;
};
type Expected = Pick<
  OrderState,
  'status' | 'readyBy' | 'pickup' | 'deliveryAddress' | 'rider' | 'legFrom' | 'earlyDelivery'
>;

/** Streets are so much longer than the crow flies. */
const DETOUR = 1.3;

/**
 * When an order will be at its door: max(assignment + first mile, preparation) + last mile, as a range in whole minutes. Undefined before the
 * kitchen has said how long it needs and once the order has ended. What should have happened by now and has not is expected now, so a late
 * kitchen or rider moves the range, and no range lies in the past.
 */
export const etaOf = (state: Expected, policy: EtaPolicy, now: Date): Eta | undefined => {
  const nowMs = now.getTime();
  const arrivesMs = arrivalMs(state, policy, nowMs);
  if (arrivesMs === undefined) return undefined;
  const spreadMs = Math.max(policy.spreadS * SECOND, ((arrivesMs - nowMs) * policy.spreadPercent) / 100);
  const earliestMs = Math.max(nowMs, arrivesMs - spreadMs);
  return {
    earliest: new Date(Math.floor(earliestMs / MINUTE) * MINUTE).toISOString(),
    latest: new Date(Math.ceil((arrivesMs + spreadMs) / MINUTE) * MINUTE).toISOString(),
  };
};

const arrivalMs = (state: Expected, policy: EtaPolicy, nowMs: number): number | undefined => {
  const rideMs = (metres: number) => ((metres * DETOUR) / policy.riderSpeedMps) * SECOND;
  const notBeforeNow = (atMs: number) => Math.max(atMs, nowMs);
  const lastMileMs = rideMs(distanceM(state.pickup, state.deliveryAddress.location));
  const firstMileMs = (toPickupM = policy.firstMileExpectedM) => rideMs(toPickupM);
  const legFromMs = state.legFrom === undefined ? nowMs : Date.parse(state.legFrom);

  switch (state.status) {
    case 'accepted':
    case 'preparing': {
      if (state.readyBy === undefined) return undefined;
      const cookedMs = notBeforeNow(Date.parse(state.readyBy));
      // Only food that is ready is a rider looked for, unless one was assigned from elsewhere before that.
      const thereMs =
        state.earlyDelivery?.riderId === undefined
          ? cookedMs + policy.assignExpectedS * SECOND + firstMileMs()
          : nowMs + firstMileMs(state.earlyDelivery.toPickupM);
      return Math.max(thereMs, cookedMs) + lastMileMs;
    }
    case 'ready_for_rider':
      return nowMs + policy.assignExpectedS * SECOND + firstMileMs() + lastMileMs;
    case 'rider_assigned':
      return notBeforeNow(legFromMs + firstMileMs(state.rider?.toPickupM)) + lastMileMs;
    case 'picked_up':
      return notBeforeNow(legFromMs + lastMileMs);
    case 'pending_payment':
    case 'placed':
    case 'delivered':
    case 'cancelled':
    case 'rejected':
    case 'expired':
      return undefined;
  }
};

/** When an order is expected, as of now. */
export type EtaNow = (state: Expected) => Eta | undefined;

export const createEta =
  ({ policy, now }: { policy: EtaPolicy; now: Clock }): EtaNow =>
  (state) =>
    etaOf(state, policy, now());

/** Orders of which every event says when they are now expected: told here once, so that no rule has to remember it. */
export const tellingEta = <Store extends Pick<OrderStore, 'change'>>(store: Store, etaNow: EtaNow): Store => ({
  ...store,
  change: (id, decide, cause, options) =>
    store.change(id, (state, stored) => withEta(decide(state, stored), etaNow), cause, options),
});

const withEta = <D extends Decision<OrderState, OrderEvent>>(decision: D, etaNow: EtaNow): D => {
  if (decision.kind !== 'changed') return decision;
  const eta = etaNow(decision.state);
  if (!eta) return decision;
  return { ...decision, events: decision.events.map((event) => ({ ...event, data: { ...event.data, eta } })) };
};
