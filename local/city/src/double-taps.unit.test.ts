import { expect, it } from 'vitest';
import * as z from 'zod';
import type { Doors, Visitor } from './doors.ts';
import { doubleTapping } from './double-taps.ts';

const ORDER = `/api/v1/orders/${'1'.repeat(24)}`;

/** Doors that answer the first tap and refuse the second. */
const aHurry = (role: 'customer' | 'restaurant' | 'rider', isOn = true) => {
  const asked: string[] = [];
  const ask: Visitor['ask'] = async (method, _service, path, reply) => {
    asked.push(`${method} ${path}`);
    if (asked.length > 1) return { kind: 'refused', status: 409, code: 'order_conflict' };
    return { kind: 'answered', body: reply.parse({}) };
  };
  const doors: Doors = { visitor: (_role, sub) => ({ sub, ask, insist: ask, listen: () => () => undefined }) };
  return { asked, visitor: doubleTapping(doors, () => isOn).visitor(role, 'x', 'X') };
};
const press = ({ visitor }: ReturnType<typeof aHurry>, method: string, path: string) =>
  visitor.insist(method, 'restaurant', path, z.object({}), {});

it('presses the buttons on orders and deliveries twice, and goes by the better answer', async () => {
  const hurry = aHurry('restaurant');
  expect(await press(hurry, 'POST', `${ORDER}/accept`)).toMatchObject({ kind: 'answered' });
  expect(hurry.asked).toEqual([`POST ${ORDER}/accept`, `POST ${ORDER}/accept`]);
});

it.each([
  ['restaurant', 'POST', '/api/v1/restaurants', true],
  ['restaurant', 'GET', ORDER, true],
  ['rider', 'POST', '/api/v1/riders/me/locations', true],
  ['customer', 'POST', `${ORDER}/cancel`, true],
  ['restaurant', 'POST', `${ORDER}/accept`, false],
] as const)('asks once: a %s at %s %s, while it is on: %s', async (role, method, path, isOn) => {
  const hurry = aHurry(role, isOn);
  await press(hurry, method, path);
  expect(hurry.asked).toHaveLength(1);
});
