import { type ReadonlySignal, signal } from '@preact/signals';
import { type Envelope, envelope } from '@tiffin/contracts/envelope';
import { page } from '@tiffin/contracts/page';
import type { Answer, Doors } from '../doors/doors.ts';

/** How far back a page that has just been opened reads. */
const LOOK_BACK_MS = 15 * 60_000;
/** Events are logged as they arrive, which is not always in the order of their times: so much is read again each time … */
const OVERLAP_MS = 10_000;
/** … and now and then so much, with all back to what is missing: after an outage events come late. */
const LONG_OVERLAP_MS = 120_000;
const LONG_EVERY_TURNS = 10;
const EVERY_MS = 1_000;
/** Between two pages: a long way to catch up stays under half of what one person may ask a service. */
const PAGE_PAUSE_MS = 100;
/** What was heard is known for longer than anything is read back. */
const REMEMBERED_MS = 2 * LOOK_BACK_MS;

const reply = page(envelope);

export type EventTail = {
  /** How long ago the page last knew all there was to know; 0 while it does. */
  readonly behindMs: ReadonlySignal<number>;
  /** What the event log answered last, when it was no page of events. */
  readonly refusal: ReadonlySignal<Answer<unknown> | undefined>;
  open(): void;
  close(): void;
};

/** Reads the event log from a while ago on, page by page, and then what is new each second. Each event is heard once. */
export const createEventTail = ({
  doors,
  hear,
  caughtUp,
  missingSinceMs = () => undefined,
  now = Date.now,
}: {
  doors: Doors;
  hear: (event: Envelope) => void;
  caughtUp: () => void;
  /** From when on something has not been read that must be there. */
  missingSinceMs?: () => number | undefined;
  now?: () => number;
}): EventTail => {
  const behindMs = signal(0);
  const refusal = signal<Answer<unknown>>();
  const heard = new Map<string, number>();
  const first = now() - LOOK_BACK_MS;
  let newest = first;
  let turns = 0;
  let wholeAt = now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  const take = (event: Envelope): void => {
    const at = Date.parse(event.timestamp);
    if (heard.has(event.id)) return;
    heard.set(event.id, at);
    newest = Math.max(newest, at);
    hear(event);
  };

  const startOf = (turn: number): number => {
    const recent = newest - OVERLAP_MS;
    if (turn % LONG_EVERY_TURNS !== 0) return Math.max(first, recent);
    return Math.max(first, Math.min(newest - LONG_OVERLAP_MS, missingSinceMs() ?? recent));
  };

  /** True when everything up to now has been read. */
  const readOn = async (): Promise<boolean> => {
    const from = startOf(turns);
    turns += 1;
    let cursor: string | null = null;
    do {
      if (cursor !== null) await new Promise((resolve) => setTimeout(resolve, PAGE_PAUSE_MS));
      const query: URLSearchParams = new URLSearchParams({ from: new Date(from).toISOString(), limit: '100' });
      if (cursor !== null) query.set('cursor', cursor);
      const answer = await doors.ask({ part: 'utils', path: `/admin/events?${query}` }, reply);
      if (closed) return false;
      refusal.value = answer.kind === 'answered' ? undefined : answer;
      if (answer.kind !== 'answered') return false;
      answer.body.items.forEach(take);
      cursor = answer.body.nextCursor;
    } while (cursor !== null);
    for (const [id, at] of heard) if (at < newest - REMEMBERED_MS) heard.delete(id);
    return true;
  };

  const turn = async (): Promise<void> => {
    const whole = await readOn();
    if (closed) return;
    if (whole) wholeAt = now();
    behindMs.value = whole ? 0 : now() - wholeAt;
    caughtUp();
    timer = setTimeout(() => void turn(), EVERY_MS);
  };

  return {
    behindMs,
    refusal,
    open: () => {
      closed = false;
      void turn();
    },
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
};
