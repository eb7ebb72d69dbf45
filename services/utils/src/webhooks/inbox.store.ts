/** `received` and `retry` are still to be worked on, the rest has ended. */
export type InboxStatus = 'received' | 'retry' | 'processed' | 'ignored' | 'quarantined' | 'dead';

export type InboxRow = {
  /** The gateway's event id; `<id>#<hash>` for another body under a known id. */
  readonly id: string;
  /** Of the exact bytes as they came. */
  readonly bodySha256: string;
  readonly event: string;
  readonly providerCreatedAt: Date | undefined;
  readonly receivedAt: Date;
  /** The JSON without personal data. */
  readonly body: unknown;
  readonly status: InboxStatus;
  readonly reason?: string;
  /** Begun so far. */
  readonly attempts: number;
  /** When anybody may take it up: the end of a lease or of a pause. Absent once it has ended. */
  readonly dueAt: Date | undefined;
};

/** What the gateway told us, kept before it is acknowledged. */
export type WebhookInbox = {
  /** Keeps a row. `duplicate`: these bytes are kept already · `other-body`: this id is, with other bytes. */
  keep(row: InboxRow): Promise<'kept' | 'duplicate' | 'other-body'>;
  /** At most `limit` rows that nobody works on, each taken for `leaseMs`. */
  claimDue(limit: number, leaseMs: number): Promise<readonly InboxRow[]>;
  end(id: string, status: Exclude<InboxStatus, 'received' | 'retry'>, reason?: string): Promise<void>;
  retryAt(id: string, at: Date, reason: string): Promise<void>;
};
