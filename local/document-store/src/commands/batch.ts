import type { EncodableDocument } from '../bson/encode.ts';
import { CommandError } from '../command-error.ts';
import { asDiskError } from '../storage/disk-fault.ts';
import type { Store } from '../storage/store.ts';
import { errorReply } from './dispatch.ts';

/** A command waiting for its turn. */
export interface Job {
  readonly run: () => EncodableDocument;
  readonly answer: (reply: EncodableDocument) => void;
}

export interface BatchOptions {
  readonly store: Store;
  /** Hears of faults: bugs, or a disk that fails. The client hears of them too, as an internal error. */
  readonly onFault: (fault: unknown) => void;
}

/** So that one turn of the event loop never grows without end. */
const JOBS_PER_TRANSACTION = 256;

/**
 * Runs the commands that arrive in one turn of the event loop as one transaction, and answers them when it is on disk: a hundred
 * writers share one wait for the disk. A command that fails leaves the others untouched; a commit that fails fails them all.
 */
export const createBatch = ({ store, onFault }: BatchOptions) => {
  let waiting: Job[] = [];
  let scheduled = false;

  const runOne = (job: Job): EncodableDocument => {
    try {
      return job.run();
    } catch (fault) {
      onFault(fault);
      return errorReply(asInternalError(fault));
    }
  };

  const runAll = (jobs: readonly Job[]): void => {
    let replies = jobs.map(runOne);
    try {
      store.commit();
    } catch (fault) {
      onFault(fault);
      replies = jobs.map(() => errorReply(asInternalError(fault)));
    }
    for (const [index, job] of jobs.entries()) answerOne(job, replies[index] ?? {});
  };

  const answerOne = (job: Job, reply: EncodableDocument): void => {
    try {
      job.answer(reply);
    } catch (fault) {
      onFault(fault); // one client's reply must not cost the others theirs
    }
  };

  const flush = (): void => {
    scheduled = false;
    const jobs = waiting.slice(0, JOBS_PER_TRANSACTION);
    waiting = waiting.slice(JOBS_PER_TRANSACTION);
    if (waiting.length > 0) schedule();
    if (jobs.length > 0) runAll(jobs);
  };

  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  };

  return {
    submit: (job: Job): void => {
      waiting.push(job);
      schedule();
    },
    /** Runs what is waiting now, before a close. */
    finish: (): void => {
      while (waiting.length > 0) flush();
    },
  };
};

const asInternalError = (fault: unknown): CommandError =>
  asDiskError(fault) ??
  new CommandError(
    'InternalError',
    `the document store failed: ${fault instanceof Error ? fault.message : String(fault)}`,
  );
