import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { Answer } from '../doors/doors.ts';

/** The requests of one app, one after the other. */
export type Errand = {
  readonly isBusy: ReadonlySignal<boolean>;
  /** Why the last press did not go through; else why the app's own last request did not. */
  readonly problem: ReadonlySignal<Answer<unknown> | undefined>;
  /** For a person's press of a button: while another runs it does nothing, and answers undefined. */
  press<Body>(work: () => Promise<Answer<Body>>): Promise<Answer<Body> | undefined>;
  /** For the app itself: waits until the others are done. */
  inTurn<Body>(work: () => Promise<Answer<Body>>): Promise<Answer<Body>>;
};

export const createErrand = (): Errand => {
  let running = 0;
  const isBusy = signal(false);
  const ofPress = signal<Answer<unknown> | undefined>();
  const ofApp = signal<Answer<unknown> | undefined>();
  let last: Promise<unknown> = Promise.resolve();

  const run = <Body>(work: () => Promise<Answer<Body>>, problem: typeof ofPress): Promise<Answer<Body>> => {
    running += 1;
    isBusy.value = true;
    const result = last
      .catch(() => undefined)
      .then(work)
      .then((answer) => {
        problem.value = answer.kind === 'answered' ? undefined : answer;
        return answer;
      })
      .finally(() => {
        running -= 1;
        isBusy.value = running > 0;
      });
    last = result;
    return result;
  };
  return {
    isBusy,
    problem: computed(() => ofPress.value ?? ofApp.value),
    press: async (work) => (isBusy.value ? undefined : run(work, ofPress)),
    inTurn: (work) => run(work, ofApp),
  };
};
