import type { Envelope } from '@tiffin/contracts/envelope';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Answer, Doors } from '../doors/doors.ts';
import { createEventTail } from './event-tail.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-01T12:00:00.000Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

const PAGE = 2;

/** An event log over the doors: pages of two, oldest first, from a time on. It can be away. */
const logOf = (events: Envelope[]) => {
  const log = { isAway: false, asked: [] as string[] };
  const doors: Doors = {
    ask: async <Body>({ path }: { path: string }): Promise<Answer<Body>> => {
      log.asked.push(path);
      if (log.isAway) return { kind: 'away', detail: 'utils does not answer' };
      const query = new URL(path, 'http://utils').searchParams;
      const from = query.get('from') ?? '';
      const found = events
        .filter(({ timestamp }) => timestamp >= from)
        .toSorted((one, other) => one.timestamp.localeCompare(other.timestamp));
      const start = Number(query.get('cursor') ?? 0);
      const items = found.slice(start, start + PAGE);
      const nextCursor = start + PAGE < found.length ? String(start + PAGE) : null;
      // The reply's schema is the caller's; this log answers what it describes.
      return { kind: 'answered', status: 200, body: { items, nextCursor } as Body };
    },
    askText: async () => ({ kind: 'away', detail: 'not here' }),
  };
  return { log, doors };
};

const event = (id: string, secondsAgo: number): Envelope => ({
  ...{ id, type: 'ORDER_PLACED', version: 1, data: {}, subject: 'o', seq: 1, source: 'restaurant' },
  ...{ correlationId: 'c', causationId: null },
  timestamp: new Date(Date.now() - secondsAgo * 1_000).toISOString(),
});

it('hears every event once, over pages, and those the log got late', async () => {
  const events = [event('a', 60), event('b', 50), event('c', 3), event('d', 2), event('e', 1)];
  const heard: string[] = [];
  const tail = createEventTail({
    doors: logOf(events).doors,
    hear: ({ id }) => heard.push(id),
    caughtUp: () => undefined,
  });
  tail.open();
  await vi.advanceTimersByTimeAsync(210);
  expect(heard).toEqual(['a', 'b', 'c', 'd', 'e']);
  events.push(event('late', 4), event('new', 0));
  await vi.advanceTimersByTimeAsync(1_400);
  expect(heard).toEqual(['a', 'b', 'c', 'd', 'e', 'late', 'new']);
  tail.close();
});

it('finds what the log got minutes late, once something later shows that it is missing', async () => {
  const events = [event('a', 400), event('c', 1)];
  const heard: string[] = [];
  const missing = () => (heard.includes('b') ? undefined : Date.parse(events[0]?.timestamp ?? ''));
  const { doors } = logOf(events);
  const tail = createEventTail({
    doors,
    hear: ({ id }) => heard.push(id),
    caughtUp: () => undefined,
    missingSinceMs: missing,
  });
  tail.open();
  await vi.advanceTimersByTimeAsync(10);
  events.push(event('b', 300));
  await vi.advanceTimersByTimeAsync(12_000);
  expect(heard).toEqual(['a', 'c', 'b']);
  tail.close();
});

it('says how far behind it is while the log is away, and catches up', async () => {
  const events = [event('a', 5)];
  const heard: string[] = [];
  const { log, doors } = logOf(events);
  const tail = createEventTail({ doors, hear: ({ id }) => heard.push(id), caughtUp: () => undefined });
  tail.open();
  await vi.advanceTimersByTimeAsync(10);
  log.isAway = true;
  await vi.advanceTimersByTimeAsync(8_500);
  expect(tail.behindMs.value).toBeGreaterThan(6_000);
  expect(tail.refusal.value).toMatchObject({ kind: 'away' });
  log.isAway = false;
  events.push(event('b', 0));
  await vi.advanceTimersByTimeAsync(1_400);
  expect(heard).toEqual(['a', 'b']);
  expect(tail.behindMs.value).toBe(0);
  expect(tail.refusal.value).toBeUndefined();
  tail.close();
  const askedThen = log.asked.length;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(log.asked.length).toBe(askedThen);
});

it('catches up on a long log at ten pages a second, half of what one person may ask', async () => {
  const events = Array.from({ length: 200 }, (_, index) => event(`e${index}`, 800 - index));
  const { log, doors } = logOf(events);
  const heard: string[] = [];
  const tail = createEventTail({ doors, hear: ({ id }) => heard.push(id), caughtUp: () => undefined });
  tail.open();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(log.asked.length).toBeLessThanOrEqual(21);
  await vi.advanceTimersByTimeAsync(8_000);
  expect(heard).toEqual(events.map(({ id }) => id));
  tail.close();
});
