import type { ProblemCode } from '@tiffin/contracts/problem';

/** An event as a rule makes it; the store gives it id, number, time and cause. */
export type NewEvent = { readonly type: string; readonly version: number; readonly data: object };

/** What a rule answers. Expected results are values; a throw would mean a bug. */
export type Decision<State, Event extends NewEvent> =
  | { readonly kind: 'changed'; readonly state: State; readonly events: readonly Event[] }
  /** A repeat of what is so already: answered as a success, nothing written. */
  | { readonly kind: 'unchanged' }
  /** Not there for the one who asks: another owner's object shows itself to nobody. */
  | { readonly kind: 'missing' }
  /** A command the state forbids. */
  | { readonly kind: 'conflict'; readonly code: ProblemCode; readonly detail: string }
  /** An event the state has outrun. */
  | { readonly kind: 'nothing-new' }
  /** What no interleaving can produce. */
  | { readonly kind: 'broken-rule'; readonly reason: string };

export const changed = <State, Event extends NewEvent>(state: State, ...events: readonly Event[]) =>
  ({ kind: 'changed', state, events }) as const;
export const notTheirs = { kind: 'missing' } as const;
export const unchanged = { kind: 'unchanged' } as const;
export const conflict = <Code extends ProblemCode>(code: Code, detail: string) =>
  ({ kind: 'conflict', code, detail }) as const;
export const outrun = { kind: 'nothing-new' } as const;
export const broken = (reason: string) => ({ kind: 'broken-rule', reason }) as const;
