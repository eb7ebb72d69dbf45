import { resumeCustomer, runCustomer, type Whims } from './customer.ts';
import type { Doors } from './doors.ts';
import { kitchenOwner, type OpenKitchen, runKitchen } from './kitchen.ts';
import type { Ledger } from './ledger.ts';
import type { Pace } from './pace.ts';
import { createRandom } from './random.ts';
import { type RiderOnDuty, riderSub, runRider } from './rider.ts';
import { severalAtOnce } from './several-at-once.ts';
import { anyCrossing, wayM } from './street-grid.ts';
import type { Witness } from './witness.ts';

export type CityPlan = {
  readonly seed: number;
  readonly kitchens: number;
  readonly riders: number;
  readonly ordersPerMinute: number;
  /** So many customers come, all are seen through, and everybody goes home. Absent, the city never sleeps. */
  readonly orders?: number;
  /** What its people's names begin with: two cities on one stack that differ in it share nobody. */
  readonly name: string;
  readonly whims: Whims;
  /** How far from their kitchen customers live, in metres along either street. */
  readonly reachM: number;
  /** Which share of its orders a kitchen does not take. */
  readonly rejects: number;
  /** Kitchens say so many minutes, and keep their word within a fifth. Absent or 0, they cook in seconds whatever they say. */
  readonly prepMinutes?: number;
};

/** Three in a hundred change their mind before they pay. It is the only way in which an order of this city is meant to end early. */
export const EVERYDAY = { name: 'city', whims: { unpaid: 0.03, paid: 0 }, reachM: 600, rejects: 0 } as const;

/** With these on duty near it, the first kitchen's first orders find somebody. */
const FIRST_RIDERS = 3;
/** So many kitchens and riders come to work at the same time: more would only wait for each other on two cores. */
const COMING_TO_WORK = 4;

/**
 * Kitchens, riders and customers at the public doors of a running stack. The seed decides who lives where and what each will do; what the
 * services answer, and when, it cannot. The first customers order as soon as one kitchen is open and riders near it are on duty; the
 * others come to work meanwhile. Customers of an earlier run are seen through first. Goes on until the pace stops it, or resolves when as
 * many orders as planned have ended and everybody has gone home.
 */
export const runCity = async ({
  plan: {
    seed,
    kitchens,
    riders,
    ordersPerMinute,
    orders = Number.POSITIVE_INFINITY,
    name,
    whims,
    reachM,
    rejects,
    prepMinutes,
  },
  doors,
  pace,
  ledger,
  witness,
}: {
  plan: CityPlan;
  doors: Doors;
  pace: Pace;
  ledger: Ledger;
  witness?: Witness;
}): Promise<void> => {
  // Each person has a stream of numbers of their own, so that one who waits longer does not change what another does.
  const own = (kind: number, number: number) => createRandom(seed * 1_000_003 + kind * 100_003 + number);
  const people = (kind: number, count: number) =>
    Array.from({ length: count }, (_, number) => {
      const random = own(kind, number);
      return { number, home: anyCrossing(random), random };
    });
  const city = { doors, ledger, pace, name, witness };
  for (const unfinished of ledger.unfinished()) void resumeCustomer(unfinished, city);

  const open: OpenKitchen[] = [];
  const openKitchen = async ({ home, ...kitchen }: ReturnType<typeof people>[number]) => {
    witness?.setsOut('kitchen', kitchenOwner(name, kitchen.number));
    open.push(await runKitchen({ ...city, ...kitchen, at: home, rejects, prepMinutes }));
  };
  const admin = doors.visitor('admin', `${name}-admin`, 'City admin');
  const onDuty: RiderOnDuty[] = [];
  const beginRiding = async (rider: ReturnType<typeof people>[number]) => {
    witness?.setsOut('rider', riderSub(name, rider.number));
    const begun = await runRider({ ...city, ...rider, admin });
    witness?.onDuty(begun.sub);
    onDuty.push(begun);
  };

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
  const underWay = new Set<Promise<void>>();
  const beHungry = async (): Promise<void> => {
    for (let come = 0; come < orders; come += 1) {
      const number = ledger.customers();
      const [first, ...more] = open;
      if (first) {
        const kitchen = hunger.pick([first, ...more]);
        const customer = runCustomer({ ...city, number, kitchen, whims, reachM, random: own(4, number) });
        underWay.add(customer);
        void customer.finally(() => underWay.delete(customer));
      }
      await pace.wait(hunger.waitMs(60 / ordersPerMinute));
    }
    await Promise.all(underWay);
  };
  await Promise.all([atWork, beHungry()]);
  await Promise.all([...onDuty.map((rider) => rider.goHome()), ...open.map((kitchen) => kitchen.close())]);
};
