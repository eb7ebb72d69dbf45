import { resumeCustomer, runCustomer } from './customer.ts';
import type { Doors } from './doors.ts';
import { type OpenKitchen, runKitchen } from './kitchen.ts';
import type { Ledger } from './ledger.ts';
import type { Pace } from './pace.ts';
import { createRandom } from './random.ts';
import { runRider } from './rider.ts';
import { severalAtOnce } from './several-at-once.ts';
import { anyCrossing, wayM } from './street-grid.ts';

export type CityPlan = {
  readonly seed: number;
  readonly kitchens: number;
  readonly riders: number;
  readonly ordersPerMinute: number;
};

/** With these on duty near it, the first kitchen's first orders find somebody. */
const FIRST_RIDERS = 3;
/** So many kitchens and riders come to work at the same time: more would only wait for each other on two cores. */
const COMING_TO_WORK = 4;

/**
 * Kitchens, riders and customers at the public doors of a running stack. The seed decides who lives where and what each will do; what the
 * services answer, and when, it cannot. The first customers order as soon as one kitchen is open and riders near it are on duty; the
 * others come to work meanwhile. Customers of an earlier run are seen through first. Goes on until the pace stops it.
 */
export const runCity = async ({
  plan: { seed, kitchens, riders, ordersPerMinute },
  doors,
  pace,
  ledger,
}: {
  plan: CityPlan;
  doors: Doors;
  pace: Pace;
  ledger: Ledger;
}): Promise<void> => {
  // Each person has a stream of numbers of their own, so that one who waits longer does not change what another does.
  const own = (kind: number, number: number) => createRandom(seed * 1_000_003 + kind * 100_003 + number);
  const people = (kind: number, count: number) =>
    Array.from({ length: count }, (_, number) => {
      const random = own(kind, number);
      return { number, home: anyCrossing(random), random };
    });
  const city = { doors, ledger, pace };
  for (const unfinished of ledger.unfinished()) void resumeCustomer(unfinished, city);

  const open: OpenKitchen[] = [];
  const openKitchen = async ({ home, ...kitchen }: ReturnType<typeof people>[number]) => {
    open.push(await runKitchen({ ...city, ...kitchen, at: home }));
  };
  const admin = doors.visitor('admin', 'city-admin', 'City admin');
  const beginRiding = (rider: ReturnType<typeof people>[number]) => runRider({ ...city, ...rider, admin });

  const [firstKitchen, ...otherKitchens] = people(1, kitchens);
  if (!firstKitchen) return;
  const byWay = people(2, riders).toSorted(
    (one, other) => wayM(one.home, firstKitchen.home) - wayM(other.home, firstKitchen.home),
  );
  await Promise.all([openKitchen(firstKitchen), ...byWay.slice(0, FIRST_RIDERS).map(beginRiding)]);
  const others = [
    ...otherKitchens.map((kitchen) => () => openKitchen(kitchen)),
    ...byWay.slice(FIRST_RIDERS).map((rider) => () => beginRiding(rider)),
  ];
  const atWork = severalAtOnce(COMING_TO_WORK, others, (begin) => begin());

  const hunger = own(3, ledger.customers());
  const beHungry = async (): Promise<never> => {
    for (;;) {
      const number = ledger.customers();
      const [first, ...more] = open;
      if (first) void runCustomer({ ...city, number, kitchen: hunger.pick([first, ...more]), random: own(4, number) });
      await pace.wait(hunger.waitMs(60 / ordersPerMinute));
    }
  };
  await Promise.all([atWork, beHungry()]);
};
