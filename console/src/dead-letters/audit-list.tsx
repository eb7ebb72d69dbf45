import type { auditReply } from '@tiffin/contracts/operations-api';
import type * as z from 'zod';
import { When } from './when.tsx';

type Entry = z.infer<typeof auditReply>['items'][number];

/** What people did to letters and events, newest first. */
export const AuditList = ({ entries }: { entries: readonly Entry[] }) => (
  <section class="panel" aria-labelledby="audit-title">
    <h2 id="audit-title">Audit</h2>
    {entries.length === 0 ? (
      <p class="quiet">Nobody has retried, discarded or replayed anything yet.</p>
    ) : (
      <table class="cards" aria-label="Audit">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">Did</th>
            <th scope="col">To</th>
            <th scope="col">Detail</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={`${entry.at} ${entry.who} ${entry.action} ${entry.target}`}>
              <td data-label="When">
                <When at={entry.at} />
              </td>
              <td data-label="Who">{entry.who}</td>
              <td data-label="Did">{entry.action}</td>
              <td class="long" data-label="To">
                {entry.target}
              </td>
              <td class="long" data-label="Detail">
                {detailWords(entry.detail)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    )}
  </section>
);

const valueWords = (value: unknown): string => {
  if (typeof value === 'string') return value;
  // Hundreds of ids would hide the rest.
  if (Array.isArray(value) && value.length > 1) return `${value.length} of them`;
  return JSON.stringify(value);
};

const detailWords = (detail: Entry['detail']): string =>
  Object.entries(detail)
    .filter(([, value]) => !Array.isArray(value) || value.length > 0)
    .map(([name, value]) => `${name}: ${valueWords(value)}`)
    .join(' · ');
