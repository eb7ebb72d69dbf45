import { restaurant } from '@tiffin/contracts/restaurant-api';
import { expect, it } from 'vitest';
import type { Doors, Visitor } from '../doors.ts';
import { interruptedText } from './interrupted-text.ts';
import { sendHome } from './send-home.ts';

const workers = {
  rider: ['sim-1-rider-0', 'sim-1-rider-1', 'sim-1-rider-2'],
  kitchen: ['sim-1-kitchen-0', 'sim-1-kitchen-1', 'sim-1-kitchen-2'],
};
const OWN = 'GET /api/v1/restaurants?owner=me';

const aRestaurant = (id: string, isOpen: boolean) =>
  restaurant.parse({
    _id: id.repeat(24),
    ownerId: 'asha',
    name: 'Dosa House',
    phone: '+91 80 4000 1234',
    formattedAddress: 'Here',
    location: { type: 'Point', coordinates: [77.6, 12.97] },
    isOpen,
    seq: 1,
    createdAt: '2026-11-01T10:00:00.000Z',
    updatedAt: '2026-11-01T10:00:00.000Z',
  });
const listing = (id: string, isOpen: boolean) => ({ items: [aRestaurant(id, isOpen)], nextCursor: null });

/** Services that answer as said; `undefined` is nobody there, and what is not named is refused. */
const answering = (answers: Readonly<Record<string, unknown>>) => {
  const asked: string[] = [];
  const visitor: Doors['visitor'] = (_role, sub) => {
    const ask: Visitor['ask'] = async (method, _service, path, reply, body) => {
      const question = `${sub}: ${method} ${path}`;
      asked.push(body === undefined ? question : `${question} ${JSON.stringify(body)}`);
      if (!Object.hasOwn(answers, question)) return { kind: 'refused', status: 404, code: 'not_found' };
      const answer = answers[question];
      return answer === undefined ? { kind: 'no-answer' } : { kind: 'answered', body: reply.parse(answer) };
    };
    return { sub, ask, insist: ask, listen: () => () => undefined };
  };
  return { doors: { visitor }, asked };
};

it('takes every rider off duty and closes every kitchen that is open, whatever they were doing', async () => {
  const { doors, asked } = answering({
    [`sim-1-kitchen-0: ${OWN}`]: listing('1', true),
    [`sim-1-kitchen-1: ${OWN}`]: listing('2', false),
    [`sim-1-kitchen-0: PATCH /api/v1/restaurants/${'1'.repeat(24)}`]: { restaurant: aRestaurant('1', false) },
  });
  expect(await sendHome({ workers, doors })).toEqual({ riders: 0, kitchens: 0 });
  const told = asked.filter((question) => !question.includes(' GET '));
  expect(told.toSorted()).toEqual([
    `sim-1-kitchen-0: PATCH /api/v1/restaurants/${'1'.repeat(24)} {"isOpen":false}`,
    ...[0, 1, 2].map((rider) => `sim-1-rider-${rider}: PUT /api/v1/riders/me/availability {"isAvailable":false}`),
  ]);
});

it('counts those whom nobody could tell', async () => {
  const { doors } = answering({
    [`sim-1-kitchen-0: ${OWN}`]: undefined,
    [`sim-1-kitchen-1: ${OWN}`]: listing('2', true),
    [`sim-1-kitchen-1: PATCH /api/v1/restaurants/${'2'.repeat(24)}`]: undefined,
    'sim-1-rider-1: PUT /api/v1/riders/me/availability': undefined,
  });
  expect(await sendHome({ workers, doors })).toEqual({ riders: 1, kitchens: 2 });
});

it('says what an interrupted run leaves behind', () => {
  const home = { riders: 0, kitchens: 0 };
  expect(interruptedText({ underWay: 0, stillOut: home })).toBe(
    'Interrupted; nothing was judged, and what was switched on is off again. Its riders are off duty and its kitchens closed.',
  );
  expect(interruptedText({ underWay: 1, stillOut: home })).toMatch(/ 1 order was under way and stays as it is\.$/);
  expect(interruptedText({ underWay: 12, stillOut: { riders: 3, kitchens: 1 } })).toMatch(
    /Not everybody could be told to go home: 3 riders may be on duty and 1 kitchen may be open\. 12 orders were under way and stay as they are\.$/,
  );
});
