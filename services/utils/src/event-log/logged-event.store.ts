import type { Envelope } from '@tiffin/contracts/envelope';

export type EventFilter = {
  readonly type?: string | undefined;
  /** Any of these. */
  readonly types?: readonly string[] | undefined;
  readonly subject?: string | undefined;
  readonly correlationId?: string | undefined;
  /** ISO 8601, from inclusive, to exclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};

/** Where a page of events goes on. Events of one write share their time, so their number tells them apart. */
export type EventPosition = { readonly timestamp: string; readonly seq: number; readonly id: string };

export type EventLog = {
  /** Keeps each event once, whatever is sent again. */
  append(events: readonly Envelope[]): Promise<void>;
  /** Oldest first, at most `limit`. */
  list(filter: EventFilter, after: EventPosition | undefined, limit: number): Promise<readonly Envelope[]>;
  /** All of them in batches, oldest first, read in one pass: for who reads on for long. */
  batches(filter: EventFilter, size: number): AsyncIterable<readonly Envelope[]>;
  /** What the log has of these types about each subject, oldest first; no entry for one it has nothing of. */
  histories(subjects: readonly string[], types: readonly string[]): Promise<ReadonlyMap<string, readonly Envelope[]>>;
};
