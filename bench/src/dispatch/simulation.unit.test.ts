import { describe, expect, it } from 'vitest';
import { createAgenda } from './agenda.ts';
import { matchInBatches } from './batch-strategy.ts';
import { gini, judge } from './judge.ts';
import { asTheServiceDoes, serviceConfig } from './service-strategy.ts';
import { askNearest } from './simple-strategies.ts';
import { createWorld, type Strategy, type World } from './world.ts';

const VILLAGE = { name: 'a village', riders: 60, ordersPerMinute: 2, hours: 0.25 };
const everybody = askNearest({
  atOnce: Number.POSITIVE_INFINITY,
  offerMs: Number.POSITIVE_INFINITY,
  oneOffer: false,
});
const nearest = askNearest({ atOnce: 1, offerMs: 15_000, oneOffer: true });
const service = asTheServiceDoes(serviceConfig({}));

const play = async (make: (world: World) => Strategy, seed = 3) => {
  const world = createWorld(VILLAGE, seed);
  return world.run(make(world));
};

describe('the simulated city', () => {
  it('lets things happen in the order of time, and of the same time as they were planned', async () => {
    const agenda = createAgenda();
    const happened: string[] = [];
    const note = (what: string) => () => void happened.push(`${agenda.now()} ${what}`);
    agenda.at(30, note('late'));
    agenda.at(10, () => {
      note('first')();
      agenda.at(5, note('what was due already'));
      agenda.at(20, note('second'));
    });
    agenda.at(30, note('later'));
    await agenda.run();
    expect(happened).toEqual(['10 first', '10 what was due already', '20 second', '30 late', '30 later']);
  });

  it('knows how evenly something is shared', () => {
    expect(gini([3, 3, 3])).toBeCloseTo(0);
    expect(gini([0, 0, 0, 8])).toBeCloseTo(0.75);
    expect(gini([0, 0])).toBe(0);
  });

  it.each([
    ['everybody at once', everybody],
    ['the nearest', nearest],
    ['optimal batches', matchInBatches],
    ['the service', service],
  ])('gives every order one rider and every rider one order at a time: %s', async (_name, make) => {
    const { orders, riders } = await play(make);
    const assigned = orders.flatMap((order) => order.assigned ?? []);
    expect(assigned.length).toBe(orders.length);
    expect(riders.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(assigned.length);
    expect(riders.every(({ job }) => job === undefined)).toBe(true);
  });

  it('gives the same city twice for the same seed, and another for another', async () => {
    const one = judge(await play(service));
    expect(judge(await play(service))).toEqual(one);
    expect(judge(await play(service, 4))).not.toEqual(one);
  });

  it('shows what the service is for: far fewer offers and shorter ways than asking everybody', async () => {
    const [ours, theirs] = [judge(await play(service)), judge(await play(everybody))];
    expect(ours.offersPerOrder).toBeLessThan(theirs.offersPerOrder / 3);
    expect(ours.pickupKm).toBeLessThan(theirs.pickupKm);
    expect(ours.lostTapsPerOrder).toBeLessThan(theirs.lostTapsPerOrder);
  });
});
