import type { Noted } from '../load/push-board.ts';

export type Order = { readonly id: string; readonly kitchen: number; readonly customer: string };

/** The part of an order's life that Tiffin and the stand-in both have. Each step is what a person's app does; a refusal is a throw. */
export type Ordering = {
  /** The `number`th order goes to the kitchens in turn. */
  place(number: number): Promise<Order>;
  /** Pays; the kitchen hears of it later. */
  pay(order: Order): Promise<void>;
  /** Resolves when the paid order is pushed to the kitchen. */
  heardByKitchen(order: Order): Promise<void>;
  accept(order: Order): Promise<void>;
  ready(order: Order): Promise<void>;
  /** The first offer of the order that reaches a rider, past or to come; undefined when none comes. */
  offered(order: Order): Promise<Noted | undefined>;
  /** Lets go of what was kept for it. */
  forget(order: Order): void;
};

/** A step of an order that was not answered as it should be. */
export class StepFailed extends Error {
  override name = 'StepFailed';
}

/** How long a push is waited for before its order counts as lost. */
export const PUSH_PATIENCE_MS = 120_000;

/** Counts what failed, in words. */
export const createTally = () => {
  const counts = new Map<string, number>();
  return {
    count: (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1),
    /** Runs one order's work; a failure is counted and the load goes on. */
    guard: async (what: string, work: () => Promise<void>): Promise<void> => {
      try {
        await work();
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        counts.set(`${what}: ${reason}`, (counts.get(`${what}: ${reason}`) ?? 0) + 1);
      }
    },
    faults: (): string[] => [...counts].map(([what, times]) => `${what} (${times}×)`),
  };
};
export type Tally = ReturnType<typeof createTally>;
