import type { Database } from './database.ts';

/** What happens by itself later: a refund is settled, a late bank answers, uncaptured money goes back. */
export type AlarmKind = 'settle-refund' | 'fail-refund' | 'authorise-late' | 'return-uncaptured';

export interface Alarm {
  readonly kind: AlarmKind;
  /** The id of the payment or refund that it is about. */
  readonly subject: string;
  readonly dueMs: number;
}

export const createAlarmStore = (database: Database) => {
  const set = database.prepare(
    'INSERT INTO alarms (kind, subject, due_ms) VALUES (?, ?, ?) ON CONFLICT (kind, subject) DO UPDATE SET due_ms = excluded.due_ms',
  );
  const remove = database.prepare('DELETE FROM alarms WHERE kind = ? AND subject = ?');
  const due = database.prepare<Alarm>(
    'SELECT kind, subject, due_ms AS dueMs FROM alarms WHERE due_ms <= ? ORDER BY due_ms',
  );
  const next = database.prepare<{ dueMs: number | null }>('SELECT min(due_ms) AS dueMs FROM alarms');
  const clear = database.prepare('DELETE FROM alarms');

  return {
    set: ({ kind, subject, dueMs }: Alarm) => set.run([kind, subject, dueMs]),
    remove: (kind: AlarmKind, subject: string) => remove.run([kind, subject]),
    due: (nowMs: number) => due.all([nowMs]),
    nextDueMs: (): number | null => next.get([])?.dueMs ?? null,
    clear: () => clear.run([]),
  };
};

export type AlarmStore = ReturnType<typeof createAlarmStore>;

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Rings each alarm once its time has come, also when that time passed while the process was down. `ring` removes the
 * alarm in the same write as its effect; an alarm it leaves behind would ring again at once.
 */
export const createAlarmClock = ({
  alarms,
  now,
  ring,
}: {
  alarms: AlarmStore;
  now: () => number;
  ring: (alarm: Alarm) => void;
}) => {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const wind = (): void => {
    clearTimeout(timer);
    if (closed) return;
    const nextDueMs = alarms.nextDueMs();
    if (nextDueMs === null) return;
    timer = setTimeout(ringDue, Math.min(Math.max(nextDueMs - now(), 0), LONGEST_TIMER_MS));
  };
  const ringDue = (): void => {
    for (const alarm of alarms.due(now())) ring(alarm);
    wind();
  };

  return {
    /** Call after alarms were set, and once at the start. */
    wind,
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
};
