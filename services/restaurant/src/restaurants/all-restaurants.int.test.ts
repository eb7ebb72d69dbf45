import { restaurantList } from '@tiffin/contracts/restaurant-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Doors, openDoors } from '../doors.fixture.ts';

describe('the list of every restaurant', () => {
  let doors: Doors;
  const made: string[] = [];
  beforeAll(async () => {
    doors = await openDoors('all-restaurants');
    for (let number = 0; number < 7; number += 1) made.push(await doors.aRestaurant());
  });
  afterAll(() => doors.close());

  it('has each once in a stable order, without distances, while restaurants are added', async () => {
    const found = await doors.readAll('/restaurants?limit=2', restaurantList, () => doors.aRestaurant('newcomer'));
    const ids = found.map(({ _id }) => _id);
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(made));
    for (const item of found) expect(item).not.toHaveProperty('distanceM');
  });

  it('is an admin’s: everybody else says where, or means his own', async () => {
    for (const role of ['customer', 'restaurant', 'rider'] as const)
      expect(await doors.get(role, '/restaurants')).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    const own = await doors.get('restaurant', '/restaurants?owner=me');
    expect(restaurantList.parse(own.body).items).toHaveLength(made.length);
  });

  it('is no answer to half a place', async () => {
    for (const query of ['latitude=12.97', 'longitude=77.6', 'radiusM=500', 'search=dosa', 'cursor=x'])
      expect((await doors.get('admin', `/restaurants?${query}`)).status, query).toBe(400);
    const near = restaurantList.parse((await doors.get('admin', '/restaurants?latitude=12.97&longitude=77.6')).body);
    expect(near.items[0]?.distanceM).toBe(0);
  });

  it('is answered by the index of ids', async () => {
    const { nextCursor } = restaurantList.parse((await doors.get('admin', '/restaurants?limit=2')).body);
    for (const query of ['limit=2', `limit=2&cursor=${nextCursor}`]) {
      const plans = await doors.plansOf('restaurants', () => doors.get('admin', `/restaurants?${query}`));
      expect(plans).toEqual(['IXSCAN { _id: 1 }']);
    }
  });
});
