import type { LookCounts, ReconciliationStanding } from '@tiffin/contracts/payment-operations-api';
import { table } from '@tiffin/stack/table';

/** What came of looking, for a person. */
export const countWords = ({ looked, recovered, mismatched, orphaned, unavailable }: LookCounts): string =>
  `${looked} looked at: ${recovered} recovered, ${mismatched} mismatched, ${orphaned} orphaned, ${unavailable} could not be asked about.`;

/** How the reconciler stands, for a person. */
export const standingWords = ({
  open,
  due,
  oldestDueAt,
  lagSeconds,
  soFar,
  lastLookAt,
}: ReconciliationStanding): string =>
  [
    table([
      ['open', String(open)],
      ['due now', String(due)],
      ['oldest due since', oldestDueAt ?? '–'],
      ['lag', `${lagSeconds.toFixed(1)} s`],
      ['last look', lastLookAt ?? '–'],
    ]),
    `so far ${countWords(soFar)}`,
  ].join('\n');
