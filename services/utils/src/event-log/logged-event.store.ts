import type { Envelope } from '@tiffin/contracts/envelope';

export type EventFilter = {
  readonly type?: string | undefined;
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
};
