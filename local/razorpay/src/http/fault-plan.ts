/**
 * `500`, `502-html`, `429`, `redirect` and `hang-up` come instead of the work: nothing happened.
 * `hang-up-after` does the work and drops the connection instead of answering. `stall` waits, then does the work.
 */
export const FAULT_KINDS = ['500', '502-html', '429', 'hang-up', 'hang-up-after', 'stall', 'redirect'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  /** A route as `routeOf` names it, or `*`: any. */
  readonly route: string;
  readonly kind: FaultKind;
  /** How many requests it still hits. */
  readonly times: number;
  /** How long a `stall` lasts. */
  readonly stallMs: number;
}

/** Longer than the 8 s that careful clients wait. */
export const DEFAULT_STALL_MS = 10_000;

/** What is to go wrong, in the order it was asked for. It is forgotten when the process ends. */
export const createFaultPlan = () => {
  let faults: Fault[] = [];
  return {
    add: (fault: Fault): void => {
      faults.push(fault);
    },
    /** The fault for a request on this route, used up once. */
    take: (route: string): Fault | undefined => {
      const index = faults.findIndex((fault) => fault.route === '*' || fault.route === route);
      const fault = faults[index];
      if (fault === undefined) return undefined;
      faults = fault.times > 1 ? faults.with(index, { ...fault, times: fault.times - 1 }) : faults.toSpliced(index, 1);
      return fault;
    },
    list: (): readonly Fault[] => faults,
    clear: (): void => {
      faults = [];
    },
  };
};

export type FaultPlan = ReturnType<typeof createFaultPlan>;
