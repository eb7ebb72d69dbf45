import type { DeadLetterGroup, DeadLetterView } from '@tiffin/contracts/operations-api';

/** What makes letters one group: where they lie, what they are, and what they died of. */
export const keyOf = ({ queue, type, reason, error }: Pick<DeadLetterGroup, 'queue' | 'type' | 'reason' | 'error'>) =>
  JSON.stringify([queue, type, reason, error]);

export const isOf = (group: DeadLetterGroup, { type, reason, error }: DeadLetterView): boolean =>
  group.type === type && group.reason === reason && group.error === error;
