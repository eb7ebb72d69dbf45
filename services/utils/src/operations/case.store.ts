import type { Case, OpenCase } from './case.ts';

/** Where a page of cases goes on: after the one opened then under this id. */
export type CasePosition = { readonly openedAt: string; readonly id: string };

export type CaseStore = {
  open: OpenCase;
  /** Newest first, at most `limit`. */
  list(
    filter: { state?: Case['state'] | undefined },
    after: CasePosition | undefined,
    limit: number,
  ): Promise<readonly Case[]>;
  /** Closes it with a note; closed before, it stays as it was. Undefined for an unknown id. */
  close(id: string, by: string, note: string): Promise<Case | undefined>;
};
