import { runCustomer } from './customer.ts';
import type { Doors } from './doors.ts';
import { type OpenKitchen, runKitchen } from './kitchen.ts';
import { createLedger, type Ledger } from './ledger.ts';
import type { Pace } from './pace.ts';
import { createRandom } from './random.ts';
import { runRider } from './rider.ts';
import { anyCrossing } from './street-grid.ts';

export type CityPlan = {
  readonly seed: number;
  readonly kitchens: number;
  readonly riders: number;
  readonly ordersPerMinute: number;
};

/**
 * Kitchens, riders and customers at the public doors of a running stack. The seed decides who lives where and what each will do; what the
 * services answer, and when, it cannot. Returns at once with the ledger; the people go on until the pace stops them.
 */
export const openCity = ({ plan, doors, pace }: { plan: CityPlan; doors: Doors; pace: Pace }): Ledger => {
  const ledger = createLedger({ nowMs: () => performance.now() });
  void populate(plan, doors, pace, ledger);
  return ledger;
};

const populate = async (
  { seed, kitchens, riders, ordersPerMinute }: CityPlan,
  doors: Doors,
  pace: Pace,
  ledger: Ledger,
) => {
  // Each person has a stream of numbers of their own, so that one who waits longer does not change what another does.
  const own = (kind: number, number: number) => createRandom(seed * 1_000_003 + kind * 100_003 + number);
  const admin = doors.visitor('admin', 'city-admin', 'City admin');
  const open: OpenKitchen[] = [];
  for (let number = 0; number < kitchens; number += 1) {
    const random = own(1, number);
    open.push(await runKitchen({ number, at: anyCrossing(random), doors, ledger, pace, random }));
  }
  for (let number = 0; number < riders; number += 1) {
    await runRider({ number, doors, admin, ledger, pace, random: own(2, number) });
  }
  const [first, ...more] = open;
  if (!first) return;
  const hunger = own(3, 0);
  for (let number = 0; ; number += 1) {
    await pace.wait(hunger.waitMs(60 / ordersPerMinute));
    void runCustomer({ number, kitchen: hunger.pick([first, ...more]), doors, ledger, pace, random: own(4, number) });
  }
};
