import { userId } from '@tiffin/contracts/claims';
import { riderId } from '@tiffin/contracts/ids';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hexId, place, type Stand, startStand } from '../stand.fixture.ts';

describe('the store of riders', () => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await startStand();
  });
  afterAll(() => stand.close());

  const near = (more: Partial<Parameters<Stand['riders']['findNear']>[0]> = {}) =>
    stand.riders.findNear({ around: place(), fromM: 0, toM: 2_000, limit: 50, except: [], ...more });

  it('moves no rider backwards, whichever process writes last', async () => {
    const { id } = await stand.riderAt(place(5_000));
    const at = stand.now();
    const position = (seq: number, eastM: number) => ({ location: place(eastM), at, seq, movedAt: at });
    await stand.riders.savePositions([{ riderId: id, position: position(9, 5_009) }]);
    await stand.riders.savePositions([
      { riderId: id, position: position(7, 5_007) },
      { riderId: id, position: position(9, 5_999) },
    ]);
    expect((await stand.riders.find(id))?.position).toMatchObject({ seq: 9, location: place(5_009) });
  });

  it('is one rider for one person, however often and at once he registers', async () => {
    const wish = {
      name: 'Asha',
      phone: '+91 98860 54321',
      vehicle: 'scooter',
      licenceNumber: 'KA01 20260001',
    } as const;
    const ids = Array.from({ length: 10 }, () => riderId.parse(hexId()));
    const other = userId.parse('asha');
    const answers = await Promise.all(ids.map((id) => stand.use.registerRider(id, other, wish, stand.cause)));
    expect(answers.filter(({ kind }) => kind === 'committed')).toHaveLength(1);
    expect(answers.filter(({ kind }) => kind === 'taken')).toHaveLength(9);
  });

  it('finds riders on duty nearest first, in rings, without those it is told to leave out', async () => {
    const [one, two, three] = [
      await stand.riderAt(place(100)),
      await stand.riderAt(place(900)),
      await stand.riderAt(place(1_900)),
    ];
    const off = await stand.riderAt(place(50));
    await stand.use.setAvailability(off.user, false, undefined, stand.cause);
    const ids = async (found: ReturnType<typeof near>) => (await found).map(({ riderId }) => riderId);
    expect(await ids(near())).toEqual([one.id, two.id, three.id]);
    expect(await ids(near({ fromM: 500 }))).toEqual([two.id, three.id]);
    expect(await ids(near({ toM: 1_000 }))).toEqual([one.id, two.id]);
    expect(await ids(near({ limit: 1, except: [one.id] }))).toEqual([two.id]);
    expect(await stand.riders.countNear(place(), 1_000)).toBe(2);
    await stand.use.verifyRider(one.id, false, stand.cause);
    expect(await ids(near())).toEqual([two.id, three.id]);
  });
});
