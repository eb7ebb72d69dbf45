import { orderId } from '@tiffin/contracts/ids';
import { type OrderStatus, orderStatus } from '@tiffin/contracts/order-api';
import type { DeliveryStatus } from '@tiffin/contracts/rider-api';
import { describe, expect, it } from 'vitest';
import { nextStep, type Scene, STEPS } from './next-step.ts';

const MINE = orderId.parse('a'.repeat(24));
const OTHER = orderId.parse('b'.repeat(24));

type Change = { status?: OrderStatus; delivery?: DeliveryStatus; rider?: Partial<Scene['rider']>; hasCheckout?: true };

const aScene = ({ status, delivery, rider = {}, hasCheckout }: Change = {}): Scene => ({
  customer: { ...(status ? { order: { id: MINE, status } } : {}), hasCheckout: hasCheckout ?? false },
  kitchen: { isOpen: true },
  rider: {
    isAvailable: true,
    offered: [],
    isRiding: false,
    isAtKitchen: false,
    isAtDoor: false,
    ...(delivery ? { delivery: { orderId: MINE, status: delivery } } : {}),
    ...rider,
  },
});

describe('the guide', () => {
  it('leads through the ten steps of a good round, in their order', () => {
    const round: Change[] = [
      {},
      { status: 'pending_payment' },
      { status: 'placed' },
      { status: 'accepted' },
      { status: 'preparing' },
      { status: 'ready_for_rider', rider: { offered: [MINE] } },
      { status: 'rider_assigned', delivery: 'assigned' },
      { status: 'rider_assigned', delivery: 'assigned', rider: { isAtKitchen: true } },
      { status: 'picked_up', delivery: 'picked_up', rider: { isAtKitchen: true } },
      { status: 'picked_up', delivery: 'picked_up', rider: { isAtDoor: true } },
    ];
    expect(round.map((change) => nextStep(aScene(change)).step)).toEqual(STEPS.map(({ id }) => id));
    expect(nextStep(aScene({ status: 'delivered' })).step).toBeUndefined();
  });

  it('counts the steps that lie behind, and none of them as done in a round that ended badly', () => {
    expect(nextStep(aScene()).done).toBe(0);
    expect(nextStep(aScene({ status: 'preparing' })).done).toBe(4);
    expect(nextStep(aScene({ status: 'delivered' })).done).toBe(STEPS.length);
    for (const status of ['cancelled', 'rejected', 'expired'] as const) {
      expect(nextStep(aScene({ status }))).toMatchObject({ step: undefined, done: 0 });
    }
  });

  it('names the button of its step, or says why to wait, in every state of the contract', () => {
    for (const status of orderStatus.options) expect(nextStep(aScene({ status })).words).toMatch(/\w.*\.$/);
  });

  it('asks for the kitchen to be opened first', () => {
    expect(nextStep({ ...aScene(), kitchen: { isOpen: false } }).words).toContain('Open the kitchen');
    expect(nextStep({ ...aScene(), kitchen: { isOpen: undefined } }).words).toContain('being set up');
  });

  it('leads into the checkout once that is open', () => {
    expect(nextStep(aScene({ status: 'pending_payment', hasCheckout: true })).words).toContain('Pay now');
  });

  it('says why no offer comes to a rider who is off duty or has another delivery', () => {
    const ready = { status: 'ready_for_rider' } as const;
    expect(nextStep(aScene({ ...ready, rider: { isAvailable: false } })).words).toContain('Go on duty');
    const busy = { delivery: { orderId: OTHER, status: 'assigned' as const } };
    expect(nextStep(aScene({ ...ready, rider: busy })).words).toContain('another delivery');
    expect(nextStep(aScene({ ...ready, rider: { offered: [OTHER] } })).words).toContain('in a moment');
  });

  it('waits while the rider rides', () => {
    const riding = { isRiding: true };
    expect(nextStep(aScene({ status: 'rider_assigned', delivery: 'assigned', rider: riding })).words).toContain(
      'on the way to the kitchen',
    );
    expect(nextStep(aScene({ status: 'picked_up', delivery: 'picked_up', rider: riding })).step).toBe('ride-to-door');
  });

  it('does not send the rider back while the order has yet to follow the pick-up', () => {
    expect(nextStep(aScene({ status: 'rider_assigned', delivery: 'picked_up' })).step).toBe('ride-to-door');
  });

  it('says so when a rider of the simulated city was quicker', () => {
    const taken = aScene({ status: 'rider_assigned' });
    expect(nextStep(taken).words).toContain('watch it');
    const other = { delivery: { orderId: OTHER, status: 'picked_up' as const } };
    expect(nextStep(aScene({ status: 'picked_up', rider: other })).words).toContain('watch it');
  });
});
