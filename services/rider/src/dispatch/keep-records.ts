import type { Delivery } from '../deliveries/delivery.ts';
import type { RiderStore } from '../riders/rider.store.ts';
import type { Background } from './background.ts';
import { type Remark, remarksOn } from './rider-record.ts';

export type KeepRecords = (before: Delivery, after: Delivery, now: Date) => void;

/**
 * Remembers of riders what a search wants to know of them: nobody waits for it, and what comes while a write is under way goes into the
 * next one. A process that ends before it has written forgets an answer; scores get no worse by it than that.
 */
export const createKeepRecords = ({
  riders,
  background,
  freshMs,
}: {
  riders: Pick<RiderStore, 'remember'>;
  background: Background;
  freshMs: number;
}): KeepRecords => {
  let waiting: Remark[] = [];
  let isWriting = false;

  const write = async () => {
    isWriting = true;
    try {
      while (waiting.length > 0) {
        const remarks = waiting;
        waiting = [];
        await riders.remember(remarks);
      }
    } finally {
      isWriting = false;
    }
  };

  return (before, after, now) => {
    waiting.push(...remarksOn(before, after, now, freshMs));
    if (waiting.length > 0 && !isWriting) background.run('records of riders', write);
  };
};
