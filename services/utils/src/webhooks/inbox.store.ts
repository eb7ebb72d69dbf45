import type { GatewayOrderId } from '@tiffin/contracts/ids';
import type { WebhookStatus } from '@tiffin/contracts/payment-operations-api';

export type InboxRow = {
  /** The gateway's event id; `<id>#<hash>` for another body under a known id. */
  readonly id: string;
  /** Of the exact bytes as they came. */
  readonly bodySha256: string;
  readonly event: string;
  readonly providerCreatedAt: Date | undefined;
  readonly receivedAt: Date;
  /** The gateway's order it tells of, if it names one. */
  readonly gatewayOrderId: GatewayOrderId | undefined;
  /** The JSON without personal data. */
  readonly body: unknown;
  readonly status: WebhookStatus;
  readonly reason?: string;
  /** Begun so far. */
  readonly attempts: number;
  /** When anybody may take it up: the end of a lease or of a pause. Absent once it has ended. */
  readonly dueAt: Date | undefined;
  /** A person asked for it again: its snapshot is old news, the gateway is asked instead. */
  readonly replayed: boolean;
};

/** Where a page of the inbox goes on: after the row received then under this id. */
export type InboxPosition = { readonly receivedAt: string; readonly id: string };

export type InboxFilter = {
  readonly status?: WebhookStatus | undefined;
  readonly event?: string | undefined;
  readonly gatewayOrderId?: GatewayOrderId | undefined;
};

/** What the gateway told us, kept before it is acknowledged. */
export type WebhookInbox = {
  /** Keeps a row. `duplicate`: these bytes are kept already · `other-body`: this id is, with other bytes. */
  keep(row: InboxRow): Promise<'kept' | 'duplicate' | 'other-body'>;
  /** At most `limit` rows that nobody works on, each taken for `leaseMs`. */
  claimDue(limit: number, leaseMs: number): Promise<readonly InboxRow[]>;
  end(id: string, status: Exclude<WebhookStatus, 'received' | 'retry'>, reason?: string): Promise<void>;
  retryAt(id: string, at: Date, reason: string): Promise<void>;
};

/** The inbox as people see it. */
export type InboxArchive = {
  find(id: string): Promise<InboxRow | undefined>;
  /** Newest first, at most `limit`. */
  list(filter: InboxFilter, after: InboxPosition | undefined, limit: number): Promise<readonly InboxRow[]>;
  /** Makes a row `received` again, as if it came now, and takes it for `leaseMs`; undefined when it is no longer as it was seen. */
  reopen(seen: InboxRow, leaseMs: number): Promise<InboxRow | undefined>;
};
