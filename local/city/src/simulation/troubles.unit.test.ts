import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Bank } from './bank.ts';
import type { PlannedFault } from './fault-plan.ts';
import type { Supervisor } from './supervisor.ts';
import { createTroubles, type FaultNews } from './troubles.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A stack and a bank that write down what they are told; `fails` names what they refuse. */
const trouble = (plan: readonly PlannedFault[], fails = '') => {
  const done: string[] = [];
  const told: FaultNews[] = [];
  const act = async (what: string) => {
    done.push(what);
    if (what === fails) throw new Error('it does not run');
  };
  const supervisor: Supervisor = {
    look: async () => ({ children: new Set<string>(), unbreakable: new Map(), hasOutage: false }),
    command: (child, verb) => act(`${verb} ${child}`),
    takeAway: (part, ms) => act(`${part} away for ${ms} ms`),
  };
  const bank: Bank = {
    webhooks: (switches) => act(JSON.stringify(switches)),
    moved: async () => [],
  };
  return { done, told, troubles: createTroubles({ plan, supervisor, bank, tell: (news) => told.push(news) }) };
};
const statesOf = (told: readonly FaultNews[]) => told.map(({ kind, state }) => `${kind} ${state}`);

it('brings each fault about at its moment, and ends it after its time', async () => {
  const { done, told, troubles } = trouble([
    { kind: 'duplicate-webhooks', atMs: 1_000, forMs: 5_000, copies: 2 },
    { kind: 'lose-webhooks', atMs: 2_000, forMs: 1_000 },
    { kind: 'stop-broker', atMs: 2_200, forMs: 1_000 },
  ]);
  troubles.begin();
  await vi.advanceTimersByTimeAsync(2_500);
  expect(done).toEqual(['{"duplicate":2}', '{"deliver":false}', 'rabbitmq away for 1000 ms']);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(done.slice(3)).toEqual(['{"deliver":true}', '{"duplicate":0}']);
  expect(statesOf(told)).toEqual([
    'duplicate-webhooks begun',
    'lose-webhooks begun',
    'stop-broker begun',
    'lose-webhooks ended',
    'duplicate-webhooks ended',
  ]);
});

it('calms down at any moment: what is on goes off, what was to come does not, who was killed is waited for', async () => {
  const { done, troubles } = trouble([
    { kind: 'double-taps', atMs: 0, forMs: Number.POSITIVE_INFINITY },
    { kind: 'lose-webhooks', atMs: 0, forMs: 60_000 },
    { kind: 'kill-service', atMs: 0, service: 'rider' },
    { kind: 'stop-broker', atMs: 30_000, forMs: 1_000 },
  ]);
  troubles.begin();
  await vi.advanceTimersByTimeAsync(10);
  expect(troubles.areTapsDouble()).toBe(true);
  await troubles.calm();
  expect(troubles.areTapsDouble()).toBe(false);
  expect(done).toEqual(['{"deliver":false}', 'kill rider', '{"deliver":true}', 'start rider']);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(done.join()).not.toContain('rabbitmq');
});

it('switches off also what it is not sure to have switched on', async () => {
  const { done, told, troubles } = trouble([{ kind: 'lose-webhooks', atMs: 0, forMs: 60_000 }], '{"deliver":false}');
  troubles.begin();
  await vi.advanceTimersByTimeAsync(10);
  await troubles.calm();
  expect(done).toContain('{"deliver":true}');
  expect(statesOf(told)).toEqual(['lose-webhooks failed', 'lose-webhooks ended']);
});

it('goes on with the others when one cannot be brought about', async () => {
  const { told, troubles } = trouble(
    [
      { kind: 'kill-service', atMs: 0, service: 'utils' },
      { kind: 'kill-service', atMs: 10, service: 'rider' },
    ],
    'kill utils',
  );
  troubles.begin();
  await vi.advanceTimersByTimeAsync(20);
  await troubles.calm();
  expect(statesOf(told)).toEqual(['kill-service failed', 'kill-service begun']);
  expect(told[0]?.what).toContain('it does not run');
});
