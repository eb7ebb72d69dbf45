import type { Answer } from '../doors/doors.ts';

/** A refusal as the record tells it: the stable code, then the words. */
export const refusalWords = (answer: Answer<unknown>): string => {
  if (answer.kind === 'answered') return 'it was answered';
  return answer.kind === 'refused' ? `${answer.code}: ${answer.detail}` : answer.detail;
};
