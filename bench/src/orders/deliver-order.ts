import { type Order, type Ordering, StepFailed } from '../city/ordering.ts';
import type { Delivering } from '../city/tiffin-ordering.ts';

type Steps = Ordering & Delivering;

/** From the offer to the doorstep: whoever is asked takes the job; when he cannot any more, the next one asked. */
export const carry = async (steps: Steps, order: Order, asked?: string): Promise<void> => {
  for (let rider = asked; ; rider = undefined) {
    rider ??= (await steps.offered(order))?.by;
    if (rider === undefined) throw new StepFailed('no rider was asked');
    if (!(await steps.take(order, rider))) continue;
    await steps.pickUp(order, rider);
    await steps.deliver(order, rider);
    return;
  }
};

/** From the basket to the doorstep, every step at once after the one before. */
export const runWholeOrder = async (steps: Steps, number: number): Promise<void> => {
  const order = await steps.place(number);
  await steps.pay(order);
  await steps.heardByKitchen(order);
  await steps.accept(order);
  await steps.prepare(order);
  await steps.ready(order);
  await carry(steps, order);
  await steps.heardDelivered(order);
  steps.forget(order);
};

/** A paid order the kitchen has accepted: as far as it goes before it is ready. */
export const prepareOrder = async (steps: Ordering, number: number): Promise<Order> => {
  const order = await steps.place(number);
  await steps.pay(order);
  await steps.heardByKitchen(order);
  await steps.accept(order);
  return order;
};
