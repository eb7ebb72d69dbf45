import { riderList } from '@tiffin/contracts/rider-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Doors, openDoors } from '../doors.fixture.ts';
import { place, type Stand, startStand } from '../stand.fixture.ts';

describe('the list of every rider', () => {
  let stand: Stand;
  let doors: Doors;
  beforeAll(async () => {
    stand = await startStand();
    doors = await openDoors(stand);
  });
  afterAll(async () => {
    await doors.close();
    await stand.close();
  });

  it('says of each where he was last, whether he works, and the order he is on', async () => {
    const busy = await stand.riderAt(place(100));
    const { order } = await stand.ready();
    await stand.use.acceptOffer(order, busy.user, stand.cause);
    const free = await stand.riderAt(place(9_000));
    const off = await stand.newRider();
    const { items, nextCursor } = await doors.read('/riders', riderList);
    expect(nextCursor).toBeNull();
    const byId = new Map(items.map((rider) => [rider._id, rider]));
    expect(byId.get(busy.id)).toEqual({
      _id: busy.id,
      userId: busy.user,
      name: `Rider ${busy.user}`,
      phone: '+91 98860 54321',
      vehicle: 'scooter',
      licenceNumberMasked: expect.stringMatching(/^\W+\w{1,4}$/),
      isAvailable: true,
      isVerified: true,
      location: place(100),
      lastSeenAt: stand.now().toISOString(),
      orderId: order,
    });
    expect(byId.get(free.id)).toMatchObject({ isAvailable: true, location: place(9_000) });
    expect(byId.get(free.id)).not.toHaveProperty('orderId');
    expect(byId.get(off.id)).toMatchObject({ isAvailable: false, isVerified: true });
    expect(byId.get(off.id)).not.toHaveProperty('location');

    await stand.use.drive.pickUp(order, busy.user, stand.cause);
    await stand.use.drive.deliver(order, busy.user, undefined, stand.cause);
    const after = await doors.read('/riders', riderList);
    expect(after.items.find(({ _id }) => _id === busy.id)).not.toHaveProperty('orderId');
  });

  it('has each once in a stable order, while riders register', async () => {
    const before: string[] = [];
    for (let number = 0; number < 7; number += 1) before.push((await stand.newRider()).id);
    const ids = (await doors.readAll('/riders?limit=2', riderList, () => stand.newRider())).map(({ _id }) => _id);
    expect(ids).toEqual([...new Set(ids)].toSorted());
    expect(ids).toEqual(expect.arrayContaining(before));
  });

  it('is an admin’s alone, and takes no cursor but its own', async () => {
    for (const role of ['customer', 'restaurant', 'rider'] as const)
      expect((await doors.get(role, '/riders')).status).toBe(403);
    for (const query of ['cursor=x', 'limit=0', 'limit=101', 'state=open'])
      expect((await doors.get('admin', `/riders?${query}`)).status, query).toBe(400);
  });

  it('is two questions a page, each answered by an index', async () => {
    const { nextCursor } = await doors.read('/riders?limit=2', riderList);
    for (const query of ['limit=2', `limit=2&cursor=${nextCursor}`])
      expect(await doors.plansOf(() => doors.get('admin', `/riders?${query}`))).toEqual([
        'riders: IXSCAN { _id: 1 }',
        'deliveries: IXSCAN { state.riderId: 1 }',
      ]);
  });
});
