import type { Logger } from '@tiffin/platform/observability/logger';
import type { AuditStore } from './audit.store.ts';
import type { AuditedAction } from './audit.ts';

export type ActAudited = <Outcome extends Readonly<Record<string, unknown>>>(
  action: AuditedAction,
  act: () => Promise<Outcome>,
) => Promise<Outcome>;

/**
 * Does something a person asked for, once the audit durably says so; then the audit learns how it came out. When the database goes in
 * between, what was done stays done and answered, and its entry has no outcome.
 */
export const actAudited = ({ audit, logger }: { audit: AuditStore; logger: Logger }): ActAudited => {
  const conclude = async (entry: string, outcome: Readonly<Record<string, unknown>>) => {
    try {
      await audit.conclude(entry, outcome);
    } catch (error) {
      logger.error({ err: error, entry }, 'the outcome of an action is not in the audit');
    }
  };
  return async (action, act) => {
    const entry = await audit.begin(action);
    try {
      const outcome = await act();
      await conclude(entry, outcome);
      return outcome;
    } catch (error) {
      await conclude(entry, { fault: error instanceof Error ? error.name : 'unknown' });
      throw error;
    }
  };
};
