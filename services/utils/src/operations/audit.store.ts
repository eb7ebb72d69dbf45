import type { AuditEntry, AuditedAction } from './audit.ts';

/** Where a page of the audit goes on: after the entry written then under this id. */
export type AuditPosition = { readonly at: string; readonly id: string };

/** Who did what. Entries are only ever added; the one thing said of an entry later, once, is how it came out. */
export type AuditStore = {
  /** Writes down what is about to be done, and answers the entry's id once that is durable: nothing is done before. */
  begin(action: AuditedAction): Promise<string>;
  /** How it came out; shown as `detail.outcome`. A second outcome is not taken. */
  conclude(id: string, outcome: Readonly<Record<string, unknown>>): Promise<void>;
  /** Newest first, at most `limit`. */
  list(after: AuditPosition | undefined, limit: number): Promise<readonly AuditEntry[]>;
};
