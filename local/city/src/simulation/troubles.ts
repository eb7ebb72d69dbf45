import { setTimeout as pause } from 'node:timers/promises';
import { SECOND } from '@tiffin/platform/clock';
import type { Bank } from './bank.ts';
import { type Act, actOf } from './fault-acts.ts';
import type { PlannedFault } from './fault-plan.ts';
import type { Supervisor } from './supervisor.ts';

/** A fault that happened, ended, or could not be brought about. */
export type FaultNews = {
  /** ISO 8601. */
  readonly at: string;
  readonly kind: PlannedFault['kind'];
  readonly state: 'begun' | 'ended' | 'failed';
  readonly what: string;
};

export type Troubles = {
  begin(): void;
  /** Nothing new happens; what was switched on is switched off, what was killed is waited for. Safe to call again. */
  calm(): Promise<void>;
  areTapsDouble(): boolean;
  readonly happened: readonly FaultNews[];
};

const LOOK_EVERY_MS = SECOND / 2;

/** Brings the planned faults about, each at its moment, and ends them. One that cannot be brought about is told and changes nothing else. */
export const createTroubles = ({
  plan,
  supervisor,
  bank,
  tell,
}: {
  plan: readonly PlannedFault[];
  supervisor: Supervisor;
  bank: Bank;
  tell(news: FaultNews): void;
}): Troubles => {
  const timers = new Set<NodeJS.Timeout>();
  const busy = new Set<Promise<void>>();
  const toEnd = new Map<PlannedFault, Act>();
  const happened: FaultNews[] = [];
  let doubleTaps = false;
  let isCalm = false;
  const tapTwice = (twice: boolean) => {
    doubleTaps = twice;
  };

  const news = (kind: FaultNews['kind'], state: FaultNews['state'], what: string) => {
    const one = { at: new Date().toISOString(), kind, state, what };
    happened.push(one);
    tell(one);
  };
  const later = (ms: number, run: () => Promise<void>) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      const running = run().finally(() => busy.delete(running));
      busy.add(running);
    }, ms);
    timers.add(timer);
  };

  const end = async (fault: PlannedFault) => {
    const act = toEnd.get(fault);
    if (!act) return;
    toEnd.delete(fault);
    try {
      await act.end?.();
      news(fault.kind, 'ended', act.what);
    } catch (error) {
      news(fault.kind, 'failed', `not ended: ${act.what} (${reasonOf(error)})`);
    }
  };
  const begin = async (fault: PlannedFault) => {
    const act = actOf(fault, { supervisor, bank, tapTwice });
    // Before it is begun: what was switched on although its answer was lost has to be switched off too.
    if (act.end) toEnd.set(fault, act);
    try {
      await act.begin();
      news(fault.kind, 'begun', act.what);
    } catch (error) {
      news(fault.kind, 'failed', `not begun: ${act.what} (${reasonOf(error)})`);
    }
    if (!isCalm && fault.kind !== 'kill-service' && Number.isFinite(fault.forMs)) later(fault.forMs, () => end(fault));
  };

  return {
    happened,
    areTapsDouble: () => doubleTaps,
    begin: () => {
      for (const fault of plan) later(fault.atMs, () => begin(fault));
    },
    calm: async () => {
      isCalm = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      await Promise.all(busy);
      await Promise.all([...toEnd.keys()].map(end));
      // Nobody is judged while something is still away. A start resolves when the child is ready.
      const killed = new Set(plan.flatMap((fault) => (fault.kind === 'kill-service' ? [fault.service] : [])));
      await Promise.allSettled([...killed].map((service) => supervisor.command(service, 'start')));
      while ((await supervisor.look())?.hasOutage) await pause(LOOK_EVERY_MS);
    },
  };
};

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
