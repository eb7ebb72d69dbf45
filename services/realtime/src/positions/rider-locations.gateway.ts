import { problem } from '@tiffin/contracts/problem';
import { locationsReply } from '@tiffin/contracts/rider-api';
import { SECOND } from '@tiffin/platform/clock';
import type { Logger } from '@tiffin/platform/observability/logger';
import type { ReportLocations } from './rider-locations.ts';

const TIMEOUT_MS = 3 * SECOND;
const FIRST_FAULT = 500;

/** `POST /api/v1/riders/me/locations` at the rider service. */
export const createReportLocations =
  ({ riderUrl, logger }: { riderUrl: string; logger: Logger }): ReportLocations =>
  async (token, report) => {
    try {
      const response = await fetch(`${riderUrl}/api/v1/riders/me/locations`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', Accept: 'application/json' },
        body: JSON.stringify(report),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const body: unknown = await response.json();
      if (response.ok) return { kind: 'taken', reply: locationsReply.parse(body) };
      const refused = problem.safeParse(body);
      if (response.status < FIRST_FAULT && refused.success) return { kind: 'refused', code: refused.data.code };
      logger.warn({ status: response.status }, 'the rider service could not take positions');
    } catch (error) {
      logger.warn({ err: error }, 'the rider service could not be reached');
    }
    return { kind: 'away' };
  };
