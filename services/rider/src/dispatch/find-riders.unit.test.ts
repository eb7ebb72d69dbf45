import { userId } from '@tiffin/contracts/claims';
import { distanceM, type Point } from '@tiffin/contracts/geo';
import { offerId, orderId, riderId } from '@tiffin/contracts/ids';
import { decision } from '@tiffin/contracts/rider-api';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Delivery, type MadeOffer, openDelivery } from '../deliveries/delivery.ts';
import type { NearbyRider, RiderStore } from '../riders/rider.store.ts';
import { decisionOf, KEPT_CANDIDATES } from './candidates.ts';
import { createFindRiders } from './find-riders.ts';
import type { Weights } from './score.ts';

const NOW = new Date('2026-11-21T12:00:00.000Z');
const RADII_M = [1_000, 2_000, 3_500, 5_000];
const FRESH_MS = 30_000;
/** What only the distance and another offer decide. */
const NEAREST: Weights = { ageMPerS: 0, idleMPerMin: 0, idleLimitS: 0, refusalM: 0, thinkingM: 1_500 };
const pickup: Point = { type: 'Point', coordinates: [77.6, 12.97] };
const hexOf = (index: number) => index.toString(16).padStart(24, '0');

type Feature = 'free' | 'busy' | 'stale' | 'thinking' | MadeOffer['status'];
type Person = { eastM: number; feature: Feature };
const features: Feature[] = [
  'free',
  'free',
  'free',
  'busy',
  'stale',
  'thinking',
  'sent',
  'declined',
  'expired',
  'released',
  'revoked',
];

const riderOf = ({ eastM, feature }: Person, index: number): NearbyRider => ({
  riderId: riderId.parse(hexOf(index + 1)),
  riderUserId: userId.parse(`rider-${index}`),
  riderName: `Rider ${index}`,
  riderPhone: '+91 98860 54321',
  location: { type: 'Point', coordinates: [77.6 + eastM / 108_500, 12.97] },
  at: new Date(NOW.getTime() - (feature === 'stale' ? FRESH_MS + 1 : FRESH_MS)),
  record: {},
});

const isOffered = (feature: Feature): feature is MadeOffer['status'] =>
  feature !== 'free' && feature !== 'busy' && feature !== 'stale' && feature !== 'thinking';

/** A town of riders, a delivery that has asked some of them, and the two stores a search reads. */
const town = (people: readonly Person[]) => {
  const riders = people.map(riderOf);
  const feature = new Map(riders.map((rider, index) => [rider.riderId, people[index]?.feature ?? 'free']));
  const away = (rider: NearbyRider) => distanceM(pickup, rider.location);
  const opened = openDelivery(
    { orderId: orderId.parse('a'.repeat(24)), restaurantId: undefined as never, location: pickup },
    NOW,
    { offerTtlMs: 12_000, waveSize: 3, searchLimitMs: 1_200_000 },
  );
  const delivery: Delivery = {
    ...opened,
    offers: riders.flatMap((rider): MadeOffer[] => {
      const status = feature.get(rider.riderId) ?? 'free';
      if (!isOffered(status)) return [];
      const at = NOW.toISOString();
      const { riderId: id, riderUserId, riderName, riderPhone } = rider;
      return [
        {
          offerId: offerId.parse(id),
          riderId: id,
          riderUserId,
          riderName,
          riderPhone,
          wave: 1,
          sentAt: at,
          expiresAt: at,
          distanceM: 1,
          status,
        },
      ];
    }),
  };
  let read = 0;
  const store: Pick<RiderStore, 'findNear' | 'countNear'> = {
    findNear: async ({ fromM, toM, limit, except }) => {
      const page = riders
        .filter((rider) => away(rider) >= fromM && away(rider) <= toM && !except.includes(rider.riderId))
        .toSorted((one, other) => away(one) - away(other))
        .slice(0, limit);
      read += page.length;
      return page;
    },
    countNear: async (_around, radiusM) => riders.filter((rider) => away(rider) <= radiusM).length,
  };
  const having = (wanted: Feature) =>
    new Set(riders.map(({ riderId: id }) => id).filter((id) => feature.get(id) === wanted));
  const find = createFindRiders({
    riders: store,
    deliveries: {
      engagementsOf: async () => ({ busy: having('busy'), thinking: having('thinking'), dropoffs: new Map() }),
    },
    finishing: { withinM: 300, nearM: 500, waitMs: 30_000 },
    radiiM: RADII_M,
    freshMs: FRESH_MS,
    weights: NEAREST,
  });
  const search = (slots: number) => find(delivery, pickup, slots, NOW);
  return { riders, feature, away, delivery, search, read: () => read };
};

const people = (max: number) =>
  fc.array(fc.record({ eastM: fc.integer({ min: 0, max: 6_000 }), feature: fc.constantFrom(...features) }), {
    maxLength: max,
  });
const slots = fc.constantFrom(1, 2, 3, 60);
const askable = (feature: Feature | undefined) => feature === 'free' || feature === 'thinking' || feature === 'revoked';

describe('the search rule', () => {
  it('never asks a rider who is busy, stale, asked already or has refused', async () => {
    await fc.assert(
      fc.asyncProperty(people(120), slots, async (crowd, wanted) => {
        const { search, feature } = town(crowd);
        const { chosen } = await search(wanted);
        for (const { riderId: id } of chosen) expect(askable(feature.get(id))).toBe(true);
        expect(new Set(chosen.map(({ riderId: id }) => id)).size).toBe(chosen.length);
      }),
    );
  });

  it('asks as many as it may of those within the smallest radius that has anybody, nearest first', async () => {
    await fc.assert(
      fc.asyncProperty(people(60), slots, async (crowd, wanted) => {
        const { riders, search, feature, away } = town(crowd.filter(({ feature: one }) => one !== 'thinking'));
        const found = await search(wanted);
        const free = riders.filter((rider) => askable(feature.get(rider.riderId)));
        const radiusM = RADII_M.find((radius) => free.some((rider) => away(rider) <= radius));
        const best = free
          .filter((rider) => away(rider) <= (radiusM ?? 0))
          .map((rider) => Math.round(away(rider)))
          .toSorted((one, other) => one - other)
          .slice(0, wanted);
        expect(found.chosen.map(({ distanceM: metres }) => metres)).toEqual(best);
        expect(found.radiusM).toBe(radiusM ?? RADII_M.at(-1));
        expect(found.considered).toBe(riders.filter((rider) => away(rider) <= found.radiusM).length);
      }),
    );
  });

  it('looks past a crowd of busy riders in front, without reading everybody', async () => {
    const crowd: Person[] = Array.from({ length: 3_000 }, (_, index) => ({ eastM: index / 10, feature: 'busy' }));
    const { search, read, feature } = town([
      ...crowd,
      { eastM: 310, feature: 'free' },
      ...crowd.map((one) => ({ ...one, eastM: 400 + one.eastM })),
    ]);
    const { chosen, considered } = await search(1);
    expect(chosen.map(({ riderId: id }) => feature.get(id))).toEqual(['free']);
    expect(considered).toBe(6_001);
    expect(read()).toBeLessThan(6_001);
    const dense = town(Array.from({ length: 5_000 }, (_, index) => ({ eastM: index / 10, feature: 'free' })));
    await dense.search(3);
    expect(dense.read()).toBe(KEPT_CANDIDATES);
  });

  it('finds all of sixty riders who stand on the same spot', async () => {
    const { search } = town(Array.from({ length: 130 }, (): Person => ({ eastM: 200, feature: 'free' })));
    expect((await search(60)).chosen).toHaveLength(60);
    const busyFirst = town([
      ...Array.from({ length: 130 }, (): Person => ({ eastM: 200, feature: 'busy' })),
      { eastM: 200, feature: 'free' },
    ]);
    expect((await busyFirst.search(1)).chosen).toHaveLength(1);
  });

  it('prefers a rider who has no other offer before him, but not across town', async () => {
    const near = town([
      { eastM: 100, feature: 'thinking' },
      { eastM: 900, feature: 'free' },
    ]);
    expect((await near.search(1)).chosen[0]?.distanceM).toBe(900);
    expect((await near.search(2)).chosen).toHaveLength(2);
    const alone = town([{ eastM: 100, feature: 'thinking' }]);
    expect((await alone.search(1)).chosen).toHaveLength(1);
  });

  it('keeps a decision of the nearest fifty, with what excluded each and who was chosen', async () => {
    const { search, delivery } = town([
      ...Array.from({ length: 70 }, (_, index): Person => ({ eastM: index, feature: 'busy' })),
      { eastM: 500, feature: 'stale' },
      { eastM: 600, feature: 'free' },
    ]);
    const found = await search(1);
    const kept = decision.parse(decisionOf(found, delivery.wave + 1, NOW));
    expect(kept).toMatchObject({ wave: 1, radiusM: 1_000, considered: 72, offered: [hexOf(72)] });
    expect(kept.candidates).toHaveLength(KEPT_CANDIDATES + 1);
    expect(kept.candidates[0]).toEqual({ riderId: hexOf(1), distanceM: 0, score: 0, excluded: 'busy' });
    expect(kept.candidates.at(-1)).toEqual({
      riderId: hexOf(72),
      distanceM: 600,
      score: -600,
      ageS: 30,
      acceptance: 1,
    });
  });
});
