import type { OrderStatus } from '@tiffin/contracts/order-api';
import { SECOND } from '@tiffin/platform/clock';
import type { EtaAccuracy } from './eta-accuracy.ts';
import type { Judged } from './judge.ts';
import type { Latencies, Span } from './sightings.ts';
import type { FaultNews } from './troubles.ts';

export type Progress = {
  readonly seconds: number;
  readonly orders: number;
  readonly ended: number;
  readonly of: number;
  readonly text: string;
};

export type Verdict = {
  readonly seed: number;
  /** How many orders were answered. */
  readonly orders: number;
  readonly byStatus: Readonly<Partial<Record<OrderStatus, number>>>;
  readonly invariants: readonly Judged[];
  readonly latencies: Latencies;
  /** Measured where kitchens keep their word. */
  readonly eta: EtaAccuracy | undefined;
  readonly faults: readonly FaultNews[];
  readonly tookMs: number;
};

/** How a simulation speaks, to a person or to a program. */
export type SimulationReport = {
  note(text: string): void;
  progress(progress: Progress): void;
  fault(news: FaultNews): void;
  verdict(verdict: Verdict): void;
  problem(message: string): void;
};

type Screen = {
  write(text: string): void;
  complain(text: string): void;
  readonly isTerminal: boolean;
  readonly hasColour: boolean;
  columns(): number | undefined;
};

/** A report names so many of what breaks an invariant, and how many there are. */
const SHOWN = 5;
const USUAL_COLUMNS = 80;
const PROGRESS_EVERY_MS = 10 * SECOND;

export const isKept = ({ invariants }: Pick<Verdict, 'invariants'>): boolean =>
  invariants.every(({ violations }) => violations.length === 0);

/** For a program: one JSON object a line. */
export const jsonReport = ({ write }: Pick<Screen, 'write'>): SimulationReport => {
  const say = (line: object): void => write(`${JSON.stringify(line)}\n`);
  return {
    note: (text) => say({ event: 'note', text }),
    progress: (progress) => say({ event: 'progress', ...progress }),
    fault: (news) => say({ event: 'fault', ...news }),
    verdict: ({ invariants, ...verdict }) =>
      say({
        event: 'report',
        ...verdict,
        kept: isKept({ invariants }),
        invariants: invariants.map(({ name, says, checked, violations }) => ({
          name,
          says,
          checked,
          broken: violations.length,
          violations: violations.slice(0, SHOWN),
        })),
      }),
    problem: (message) => say({ event: 'problem', message }),
  };
};

/** For a person: a line that changes in place on a terminal and comes every 10 s elsewhere; in the end what holds and what does not. */
export const humanReport = (screen: Screen): SimulationReport => {
  let onLine = false;
  let saidAt = 0;
  const paint = (code: number, text: string): string => (screen.hasColour ? `\x1b[${code}m${text}\x1b[0m` : text);
  const say = (text: string): void => {
    screen.write(`${onLine ? '\r\x1b[K' : ''}${text}\n`);
    onLine = false;
  };
  return {
    note: say,
    progress: ({ seconds, text }) => {
      const line = `${String(seconds).padStart(4)} s  ${text}`;
      if (screen.isTerminal) {
        // A line that wraps could not be cleared whole.
        screen.write(`\r\x1b[K${line.slice(0, (screen.columns() ?? USUAL_COLUMNS) - 1)}`);
        onLine = true;
      } else if (performance.now() - saidAt > PROGRESS_EVERY_MS) {
        saidAt = performance.now();
        say(line);
      }
    },
    fault: ({ at, state, what }) => say(paint(33, `${clockOf(at)}  ${state === 'ended' ? 'over: ' : ''}${what}`)),
    verdict: (verdict) => {
      say(`\n${summaryOf(verdict)}\n`);
      for (const judged of verdict.invariants) {
        const isGood = judged.violations.length === 0;
        say(`${paint(isGood ? 32 : 31, isGood ? '✓' : '✗')} ${lineOf(judged)}`);
        for (const { id, problem } of judged.violations.slice(0, SHOWN)) say(`    ${id} ${problem}`);
        if (judged.violations.length > SHOWN) say(`    and ${judged.violations.length - SHOWN} more`);
      }
      say(`\n${latenciesOf(verdict.latencies)}`);
      if (verdict.eta) say(etaLine(verdict.eta));
      say(`\n${isKept(verdict) ? paint(32, 'Everything holds.') : paint(31, 'Something is broken.')}`);
    },
    problem: (message) => screen.complain(`${onLine ? '\n' : ''}${message}\n`),
  };
};

const clockOf = (at: string) => at.slice(11, 19);

const summaryOf = ({ seed, orders, byStatus, faults, tookMs }: Verdict): string => {
  const counts = Object.entries(byStatus).map(([status, count]) => `${status.replaceAll('_', ' ')} ${count}`);
  const began = faults.filter(({ state }) => state === 'begun');
  const list = began.map(({ at, what }) => `  ${clockOf(at)}  ${what}`);
  const head = `seed ${seed} · ${orders} orders in ${(tookMs / SECOND).toFixed(1)} s: ${counts.join(' · ')}`;
  return [head, began.length === 0 ? 'No faults.' : `${began.length} faults (UTC):`, ...list].join('\n');
};

const NAME_WIDTH = 22;
const lineOf = ({ name, says, checked, violations }: Judged): string => {
  const verdict = violations.length === 0 ? '' : `, ${violations.length} broken`;
  return `${name.padEnd(NAME_WIDTH)} ${says} (${checked} looked at${verdict})`;
};

const latenciesOf = ({ paidToKitchenMs, readyToOfferMs, placedToDeliveredMs }: Latencies): string =>
  [
    spanLine('paid → kitchen told', paidToKitchenMs),
    spanLine('ready → offer', readyToOfferMs),
    spanLine('placed → delivered', placedToDeliveredMs),
  ].join('\n');

const spanLine = (label: string, span: Span | undefined): string =>
  `${label.padEnd(NAME_WIDTH)} ${span ? `p50 ${shown(span.p50)}, p95 ${shown(span.p95)} (${span.count})` : 'none'}`;

const etaLine = ({ count, within, early, late, errorS }: EtaAccuracy): string =>
  `${'told → delivered'.padEnd(NAME_WIDTH)} ${within} of ${count} within the range, ${early} before, ${late} after; p50 ${errorS.p50.toFixed(0)} s, p95 ${errorS.p95.toFixed(0)} s from its middle`;

const shown = (ms: number): string => (ms < SECOND ? `${ms.toFixed(1)} ms` : `${(ms / SECOND).toFixed(1)} s`);
