import { batch, type ReadonlySignal, signal } from '@preact/signals';
import {
  auditReply,
  type DeadLetterGroup,
  type DeadLetterView,
  deadLetterGroups,
  deadLettersReply,
  discardReply,
  queuesReply,
  retryReply,
} from '@tiffin/contracts/operations-api';
import type * as z from 'zod';
import type { Answer, Doors } from '../doors/doors.ts';
import { letterBatches } from './letter-batches.ts';
import { isOf, keyOf } from './same-death.ts';

/** More than a page shows at once is asked for in portions. */
const PAGE = 100;
/** A queue shows its first thousand letters. */
const MOST_PAGES = 10;
/** For what a person sends back by hand, which is never much. */
const AT_ONCE_PER_SECOND = 100;

type Failed = { readonly id: string; readonly error: string };

/** What became of the last thing a person did. */
type Result = {
  readonly verb: 'Retried' | 'Discarded';
  readonly done: number;
  readonly of: number;
  readonly failed: readonly Failed[];
  readonly isOver: boolean;
  /** Why it ended before all were asked for. */
  readonly refusal?: Answer<unknown> | undefined;
};

/** The dead letters as one person looks at them: the groups, one of them open, and what is being done about it. */
export type LetterDesk = {
  /** Undefined until they were read once. */
  readonly groups: ReadonlySignal<z.infer<typeof deadLetterGroups> | undefined>;
  readonly queues: ReadonlySignal<z.infer<typeof queuesReply>['items']>;
  readonly audit: ReadonlySignal<z.infer<typeof auditReply>['items']>;
  /** What cannot be read now, and why. */
  readonly problems: ReadonlySignal<readonly Answer<unknown>[]>;
  readonly group: ReadonlySignal<DeadLetterGroup | undefined>;
  readonly letters: ReadonlySignal<readonly DeadLetterView[]>;
  readonly letter: ReadonlySignal<DeadLetterView | undefined>;
  readonly result: ReadonlySignal<Result | undefined>;
  readonly isBusy: ReadonlySignal<boolean>;
  refresh(): Promise<void>;
  openGroup(group: DeadLetterGroup): Promise<void>;
  closeGroup(): void;
  openLetter(id: string): void;
  /** `corrected` replaces the body of the one letter named. */
  retry(ids: readonly string[], how?: { ratePerSecond?: number; corrected?: { body: unknown } }): Promise<void>;
  discard(ids: readonly string[], reason: string): Promise<void>;
  /** Ends a retry after the portion that is under way. */
  stop(): void;
};

export const createLetterDesk = (doors: Doors): LetterDesk => {
  const groups = signal<z.infer<typeof deadLetterGroups>>();
  const queues = signal<z.infer<typeof queuesReply>['items']>([]);
  const audit = signal<z.infer<typeof auditReply>['items']>([]);
  const problems = signal<readonly Answer<unknown>[]>([]);
  const group = signal<DeadLetterGroup>();
  const letters = signal<readonly DeadLetterView[]>([]);
  const letter = signal<DeadLetterView>();
  const result = signal<Result>();
  const isBusy = signal(false);
  let stopped = false;

  const readGroup = async (of: DeadLetterGroup): Promise<Answer<unknown> | undefined> => {
    const found: DeadLetterView[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const path: string = `/admin/dlq/${encodeURIComponent(of.queue)}?limit=${PAGE}${more}`;
      const answer = await doors.ask({ part: 'utils', path }, deadLettersReply);
      if (answer.kind !== 'answered') return answer;
      found.push(...answer.body.items.filter((item) => isOf(of, item)));
      cursor = answer.body.nextCursor;
      if (cursor === null) break;
    }
    // Another group may have been opened meanwhile.
    if (group.value === undefined || keyOf(group.value) !== keyOf(of)) return undefined;
    batch(() => {
      letters.value = found;
      letter.value = found.find(({ id }) => id === letter.value?.id) ?? found[0];
    });
    return undefined;
  };

  const refresh = async (): Promise<void> => {
    const grouped = await doors.ask({ part: 'utils', path: '/admin/dlq' }, deadLetterGroups);
    const open = group.value;
    const inGroup = open && (await readGroup(open));
    // Last: while letters are read the broker counts them as taken.
    const [depths, written] = await Promise.all([
      doors.ask({ part: 'utils', path: '/admin/queues' }, queuesReply),
      doors.ask({ part: 'utils', path: '/admin/audit?limit=50' }, auditReply),
    ]);
    const asked = [grouped, depths, written, ...(inGroup ? [inGroup] : [])];
    batch(() => {
      if (grouped.kind === 'answered') groups.value = grouped.body;
      if (depths.kind === 'answered') queues.value = depths.body.items;
      if (written.kind === 'answered') audit.value = written.body.items;
      problems.value = asked.filter(({ kind }) => kind !== 'answered');
    });
  };

  const work = async (verb: Result['verb'], of: number, task: (tell: (part: Tally) => void) => Promise<void>) => {
    if (isBusy.value) return;
    isBusy.value = true;
    stopped = false;
    let now: Result = { verb, done: 0, of, failed: [], isOver: false };
    result.value = now;
    await task((part) => {
      now = { ...now, done: now.done + part.done, failed: [...now.failed, ...part.failed], refusal: part.refusal };
      result.value = now;
    });
    await refresh();
    batch(() => {
      result.value = { ...now, isOver: true };
      isBusy.value = false;
    });
  };

  return {
    groups,
    queues,
    audit,
    problems,
    group,
    letters,
    letter,
    result,
    isBusy,
    refresh,
    openGroup: async (chosen) => {
      batch(() => {
        group.value = chosen;
        letters.value = [];
        letter.value = undefined;
      });
      const refusal = await readGroup(chosen);
      if (refusal) problems.value = [refusal];
    },
    closeGroup: () => {
      batch(() => {
        group.value = undefined;
        letters.value = [];
        letter.value = undefined;
      });
    },
    openLetter: (id) => {
      letter.value = letters.value.find((item) => item.id === id);
    },
    retry: async (ids, { ratePerSecond = AT_ONCE_PER_SECOND, corrected } = {}) => {
      const queue = group.value?.queue;
      if (queue === undefined) return;
      await work('Retried', ids.length, async (tell) => {
        for (const some of letterBatches(ids, ratePerSecond)) {
          if (stopped) return;
          const edit = corrected && Object.fromEntries(some.map((id) => [id, corrected.body]));
          const body = { ids: some, ratePerSecond, ...(edit ? { edit } : {}) };
          const path = `/admin/dlq/${encodeURIComponent(queue)}/retry`;
          const answer = await doors.ask({ part: 'utils', path, method: 'POST', body }, retryReply);
          if (answer.kind !== 'answered') return tell({ done: 0, failed: [], refusal: answer });
          tell({ done: answer.body.retried, failed: answer.body.failed });
        }
      });
    },
    discard: async (ids, reason) => {
      const queue = group.value?.queue;
      if (queue === undefined) return;
      await work('Discarded', ids.length, async (tell) => {
        const path = `/admin/dlq/${encodeURIComponent(queue)}/discard`;
        const answer = await doors.ask({ part: 'utils', path, method: 'POST', body: { ids, reason } }, discardReply);
        if (answer.kind !== 'answered') return tell({ done: 0, failed: [], refusal: answer });
        tell({ done: answer.body.discarded, failed: answer.body.failed });
      });
    },
    stop: () => {
      stopped = true;
    },
  };
};

type Tally = { readonly done: number; readonly failed: readonly Failed[]; readonly refusal?: Answer<unknown> };
