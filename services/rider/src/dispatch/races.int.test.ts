import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { place, type Stand, startStand } from '../stand.fixture.ts';

const RIDERS = 60;
/** How often they race; `npm run test:long` asks for the full size. */
const ROUNDS = process.env.TIFFIN_LONG ? 1_000 : 10;
/** A round puts the clock forward by twelve seconds, and nobody reports his position meanwhile. */
const POSITION_FRESH_S = '86400';

describe('races for a delivery', () => {
  let stand: Stand;
  let processes: Stand['use'][];
  let crowd: Awaited<ReturnType<Stand['riderAt']>>[];
  beforeAll(async () => {
    stand = await startStand({ OFFER_WAVE_SIZE: String(RIDERS), POSITION_FRESH_S });
    processes = [stand.use, stand.anotherProcess()];
    crowd = [];
    for (let index = 0; index <= RIDERS; index += 1) crowd.push(await stand.riderAt(place(index % 200)));
  }, 600_000);
  afterAll(() => stand.close());

  /** Everybody asked accepts in the same moment, at one process or the other. */
  const acceptAtOnce = (order: string, users: readonly string[]) =>
    Promise.all(users.map((user, index) => (processes[index % 2] ?? stand.use).acceptOffer(order, user, stand.cause)));

  it(`B34, D1, E07, T06: of ${RIDERS} riders who accept at once, at two processes, one gets the delivery, every time`, {
    timeout: ROUNDS * 20_000,
  }, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { order } = await stand.ready();
      await stand.tick(order, 12);
      const asked = await stand.asked(order);
      expect(asked).toHaveLength(RIDERS);
      const answers = await acceptAtOnce(order, asked);
      const winners = asked.filter((_user, index) => answers[index]?.kind === 'committed');
      expect(winners).toHaveLength(1);
      for (const answer of answers)
        if (answer.kind !== 'committed') expect(answer).toMatchObject({ code: 'offer_taken' });

      const [fact] = ((await stand.deliveries.history(order)) ?? []).filter(({ type }) => type === 'RIDER_ASSIGNED');
      expect(fact?.data).toMatchObject({ delivery: { riderUserId: winners[0] } });
      await stand.cancelled(order);
    }
  });

  it('B33, D3, E07: an accept after revoke, expiry or decline is refused, and a winner whose answer was lost hears it again', async () => {
    const { order } = await stand.ready();
    const [early] = await stand.asked(order);
    await stand.tick(order, 12);
    const [winner, loser, refuser] = await stand.asked(order);
    const accept = async (user: string | undefined) => {
      const turn = await stand.use.acceptOffer(order, user ?? '', stand.cause);
      return 'code' in turn ? turn.code : turn.kind;
    };
    expect(await accept(early)).toBe('offer_expired');
    await stand.use.declineOffer(order, refuser ?? '', stand.cause);
    expect(await accept(refuser)).toBe('offer_declined');
    expect(await accept(winner)).toBe('committed');
    expect(await accept(loser)).toBe('offer_taken');
    expect(await accept(winner)).toBe('unchanged');
    expect(await accept('somebody-never-asked')).toBe('not_found');
    expect((await stand.eventTypes(order)).filter((type) => type === 'RIDER_ASSIGNED')).toHaveLength(1);
    await stand.cancelled(order);
  });

  it('D9, E09: a cancel and all accepts at once have one outcome, and nobody stays locked', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { order } = await stand.ready();
      await stand.tick(order, 12);
      const asked = await stand.asked(order);
      const [, answers] = await Promise.all([stand.cancelled(order), acceptAtOnce(order, asked)]);
      expect(await stand.state(order)).toMatchObject({ status: 'cancelled', active: false });
      expect(answers.filter(({ kind }) => kind === 'committed').length).toBeLessThanOrEqual(1);
      for (const { user } of crowd) expect(await stand.deliveries.activeOf(user)).toBeUndefined();
    }
  });
});

describe('races of one rider', () => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await startStand({ POSITION_FRESH_S });
  });
  afterAll(() => stand.close());

  it('D2, E07, T07: one rider accepting two offers at once gets one job and one rider_busy', async () => {
    const { user } = await stand.riderAt(place(100));
    const processes = [stand.use, stand.anotherProcess()];
    for (let round = 0; round < ROUNDS; round += 1) {
      const orders = [(await stand.ready()).order, (await stand.ready()).order];
      for (const order of orders) expect(await stand.asked(order)).toEqual([user]);
      const answers = await Promise.all(
        orders.map((order, index) => processes[(round + index) % 2]?.acceptOffer(order, user, stand.cause)),
      );
      expect(answers.map((answer) => (answer && 'code' in answer ? answer.code : answer?.kind)).toSorted()).toEqual([
        'committed',
        'rider_busy',
      ]);
      for (const one of processes) await one.background.idle();
      const lost = orders[answers.findIndex((answer) => answer?.kind !== 'committed')] ?? '';
      expect(await stand.asked(lost)).toEqual([]);
      expect(await stand.eventTypes(lost)).toEqual(['DELIVERY_OFFERED', 'OFFER_REVOKED']);
      for (const order of orders) await stand.cancelled(order);
      for (const one of processes) await one.background.idle();
    }
  });
});
