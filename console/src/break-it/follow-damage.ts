import type { Answer, Doors } from '../doors/doors.ts';
import type { Line } from './journal.ts';
import { lookAround } from './look-around.ts';
import { pause } from './pause.ts';
import { type Damage, judge, type Look, type Verdict, type Watch } from './recovery.ts';
import { refusalWords } from './refusal-words.ts';
import { seconds } from './seconds.ts';

const LOOK_EVERY_MS = 500;
/** What has not recovered by then is not going to by itself. */
const GIVEN_UP_AFTER_MS = 180_000;

/** What was done to the stack: for how long, or to which process; `effect` says it in words. */
export type Broken = { readonly forMs: number; readonly killed?: Watch['killed']; readonly effect?: string };

export type Mishap = {
  readonly doors: Doors;
  readonly line: Line;
  /** What breaks it. */
  readonly press: () => Promise<Answer<Broken>>;
  /** True when nobody looks any more. */
  readonly isLeft: () => boolean;
};

const damageWords = ({ part, words, fromMs, toMs, isOver }: Damage): string =>
  `${seconds(fromMs)}: ${part} ${words.join(', then ')}${isOver ? `, for ${seconds(toMs - fromMs)}` : ' …'}`;

const seenWords = ({ damage, newPid }: Verdict, { killed, effect }: Partial<Broken>): readonly string[] => [
  ...(effect === undefined ? [] : [effect]),
  ...damage.map(damageWords),
  ...(killed && newPid !== undefined ? [`${killed.child} is process ${newPid} now, it was ${killed.pid}`] : []),
];

/** Breaks something, writes down what suffers, and ends when all is well again. */
export const followDamage = async ({ doors, line, press, isLeft }: Mishap): Promise<void> => {
  const beganMs = Date.now();
  let watch: Watch = { beganMs, brokenUntilMs: Number.POSITIVE_INFINITY };
  let broken: Broken | undefined;
  let refusal: Answer<Broken> | undefined;
  const looks: Look[] = [];
  // Not awaited: some of the damage is there before the answer.
  void press().then((answer) => {
    // A broker that others use is slow to close its door. The answer is late then, and the damage is there all the same.
    const isLate = answer.kind === 'away' && looks.some(({ wrong }) => Object.keys(wrong).length > 0);
    if (answer.kind !== 'answered' && !isLate) {
      refusal = answer;
      return;
    }
    broken = answer.kind === 'answered' ? answer.body : { forMs: 0 };
    watch = { beganMs, brokenUntilMs: Date.now() + broken.forMs, killed: broken.killed };
  });
  while (!isLeft()) {
    looks.push(await lookAround(doors));
    if (refusal) return line.end('failed', refusalWords(refusal));
    const verdict = judge(watch, looks);
    line.seen(seenWords(verdict, broken ?? {}));
    const { recoveredAfterMs } = verdict;
    if (recoveredAfterMs !== undefined) return line.end('recovered', `recovered after ${seconds(recoveredAfterMs)}`);
    if (Date.now() - beganMs > GIVEN_UP_AFTER_MS) {
      return line.end('failed', `not recovered after ${seconds(GIVEN_UP_AFTER_MS)}`);
    }
    await pause(LOOK_EVERY_MS);
  }
};
