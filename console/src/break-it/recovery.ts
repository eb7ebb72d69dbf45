/** What one look at the stack saw. */
export type Look = {
  readonly atMs: number;
  /** What is wrong now, in words, by the part it is wrong with. A part that is well is absent. */
  readonly wrong: Readonly<Record<string, string>>;
  /** The process of each child; null while it has none. Empty when the supervisor did not say. */
  readonly pids: Readonly<Record<string, number | null>>;
};

/** What has to have happened before something that was broken counts as mended. */
export type Watch = {
  readonly beganMs: number;
  /** Until when it is being broken; it cannot have recovered before. */
  readonly brokenUntilMs: number;
  /** The process that was killed: another one has to be in its place. */
  readonly killed?: { readonly child: string; readonly pid: number } | undefined;
};

/** How long one part was not well, counted from the press. */
export type Damage = {
  readonly part: string;
  /** What was said of it, each thing once, in the order it came. */
  readonly words: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly isOver: boolean;
};

export type Verdict = {
  readonly damage: readonly Damage[];
  /** Undefined while it has not recovered. */
  readonly recoveredAfterMs: number | undefined;
  /** The process that stands where one was killed. */
  readonly newPid: number | undefined;
};

const damageOf = (looks: readonly Look[], beganMs: number): readonly Damage[] => {
  const found: Damage[] = [];
  const open = new Map<string, Damage>();
  for (const { atMs, wrong } of looks) {
    const sinceMs = atMs - beganMs;
    for (const [part, damage] of open) {
      if (part in wrong) continue;
      found[found.indexOf(damage)] = { ...damage, toMs: sinceMs, isOver: true };
      open.delete(part);
    }
    for (const [part, word] of Object.entries(wrong)) {
      const before = open.get(part);
      const words = before?.words ?? [];
      const now: Damage = {
        part,
        words: words.includes(word) ? words : [...words, word],
        fromMs: before?.fromMs ?? sinceMs,
        toMs: sinceMs,
        isOver: false,
      };
      if (before) found[found.indexOf(before)] = now;
      else found.push(now);
      open.set(part, now);
    }
  }
  return found;
};

const newPidOf = (killed: Watch['killed'], { pids }: Look): number | undefined => {
  const pid = killed && pids[killed.child];
  return typeof pid === 'number' && pid !== killed?.pid ? pid : undefined;
};

/**
 * What the looks so far say about something that was broken: which part suffered and for how long, and when all was well again. One good
 * look may have been lucky, so it takes two in a row; the first of them is the moment.
 */
export const judge = (watch: Watch, looks: readonly Look[]): Verdict => {
  const { beganMs, brokenUntilMs, killed } = watch;
  const isGood = (look: Look | undefined): look is Look =>
    look !== undefined &&
    look.atMs >= brokenUntilMs &&
    Object.keys(look.wrong).length === 0 &&
    (killed === undefined || newPidOf(killed, look) !== undefined);
  const first = looks.find((look, index) => isGood(look) && isGood(looks[index + 1]));
  const last = looks.at(-1);
  return {
    damage: damageOf(looks, beganMs),
    recoveredAfterMs: first && first.atMs - beganMs,
    newPid: last && newPidOf(killed, last),
  };
};
