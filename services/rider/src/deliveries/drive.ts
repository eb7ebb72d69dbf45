import { conflict } from '@tiffin/platform/persistence/decision';
import type { Cause } from '@tiffin/platform/persistence/stored';
import type { Background } from '../dispatch/background.ts';
import type { ConsiderRider } from '../dispatch/consider-rider.ts';
import type { Turns } from '../dispatch/turns.ts';
import { type CodeCheck, deliver, pickUp, release } from './trip.ts';

export type Drive = ReturnType<typeof createDrive>;

/** What the assigned rider does with his delivery. Each may be said twice; a rider set free is considered for others at once. */
export const createDrive = ({
  turns,
  background,
  considerRider,
  checkCode,
}: {
  turns: Turns;
  background: Background;
  considerRider: ConsiderRider;
  checkCode: (orderId: string, code: string | undefined) => CodeCheck;
}) => {
  const free = (riderUserId: string) => background.run('a free rider', () => considerRider(riderUserId));
  return {
    pickUp: (orderId: string, riderUserId: string, cause: Cause) =>
      turns.take(orderId, (state) => pickUp(state, riderUserId), cause),

    deliver: async (orderId: string, riderUserId: string, code: string | undefined, cause: Cause) => {
      const check = checkCode(orderId, code);
      const turn = await turns.take(orderId, (state, now) => deliver(state, riderUserId, check, now), cause);
      if (turn.kind !== 'committed') return turn;
      if (turn.stored.state.status !== 'delivered')
        return { ...conflict('wrong_code', 'Ask the customer for the code of this order.'), stored: turn.stored };
      free(riderUserId);
      return turn;
    },

    release: async (orderId: string, riderUserId: string, reason: string, cause: Cause) => {
      const turn = await turns.takeAndSearch(orderId, (state, now) => release(state, riderUserId, reason, now), cause);
      if (turn.kind === 'committed') free(riderUserId);
      return turn;
    },
  };
};
