import { changed, unchanged } from '@tiffin/platform/persistence/decision';
import { nextActionAt } from '../deliveries/delivery.ts';
import type { Turns } from './turns.ts';

export type ContinueSearch = ReturnType<typeof createContinueSearch>;

/** If the delivery's hour has come (offer over, pause over, limit reached) its search takes its next turn. */
export const createContinueSearch =
  ({ turns }: { turns: Turns }) =>
  (orderId: string) =>
    turns.takeAndSearch(
      orderId,
      (state, now) => {
        const due = nextActionAt(state);
        return due && due <= now ? changed(state) : unchanged;
      },
      { causationId: null },
    );
