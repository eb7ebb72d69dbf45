import { expect, it } from 'vitest';
import { judge, type Look, type Watch } from './recovery.ts';

const BEGAN = 1_000_000;
const KILLED: Watch = { beganMs: BEGAN, brokenUntilMs: BEGAN, killed: { child: 'rider', pid: 41 } };
const OUTAGE: Watch = { beganMs: BEGAN, brokenUntilMs: BEGAN + 10_000 };

const look = (sinceMs: number, wrong: Look['wrong'] = {}, rider: number | null = 42): Look => ({
  atMs: BEGAN + sinceMs,
  wrong,
  pids: { rider },
});
const away = { rider: 'does not answer' };

it('a kill has recovered when another process is in its place and all is well', () => {
  const looks = [
    look(0, {}, 41),
    look(500, away, null),
    look(1_000, away, 42),
    look(1_500, { rider: 'answers 503' }, 42),
    look(2_000),
    look(2_500),
  ];
  expect(judge(KILLED, looks)).toEqual({
    damage: [{ part: 'rider', words: ['does not answer', 'answers 503'], fromMs: 500, toMs: 2_000, isOver: true }],
    recoveredAfterMs: 2_000,
    newPid: 42,
  });
});

it('a kill that nobody noticed yet has not recovered: the process is still the old one', () => {
  expect(judge(KILLED, [look(0, {}, 41), look(500, {}, 41)]).recoveredAfterMs).toBeUndefined();
});

it('a supervisor that says nothing proves no new process', () => {
  const silent = { ...look(2_000), pids: {} };
  expect(judge(KILLED, [silent, silent]).recoveredAfterMs).toBeUndefined();
});

it('an outage cannot have recovered before its time is over', () => {
  const looks = [look(0), look(500), look(1_000)];
  expect(judge(OUTAGE, looks).recoveredAfterMs).toBeUndefined();
  expect(judge(OUTAGE, [...looks, look(10_500), look(11_000)]).recoveredAfterMs).toBe(10_500);
});

it('one good look alone is not believed', () => {
  expect(judge(OUTAGE, [look(10_500)]).recoveredAfterMs).toBeUndefined();
  const looks = [look(10_500), look(11_000, away), look(11_500), look(12_000)];
  expect(judge(OUTAGE, looks).recoveredAfterMs).toBe(11_500);
});

it('tells damage that lasts still, and each time a part was away', () => {
  const looks = [look(500, away), look(1_000), look(1_500, { ...away, store: 'is paused' })];
  expect(judge(OUTAGE, looks).damage).toEqual([
    { part: 'rider', words: ['does not answer'], fromMs: 500, toMs: 1_000, isOver: true },
    { part: 'rider', words: ['does not answer'], fromMs: 1_500, toMs: 1_500, isOver: false },
    { part: 'store', words: ['is paused'], fromMs: 1_500, toMs: 1_500, isOver: false },
  ]);
});

it('says nothing before the first look', () => {
  expect(judge(OUTAGE, [])).toEqual({ damage: [], recoveredAfterMs: undefined, newPid: undefined });
});
